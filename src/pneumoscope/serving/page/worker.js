// The thread that decodes films and runs the model; it answers browser.js.

import * as ort from "../runtime/ort.wasm.min.mjs";
import { appearance } from "./appearance.js";
import { Unread, decode } from "./decoding.js";
import { occlusion } from "./occlusion.js";
import { judge } from "./outside.js";
import { attribution, predicted, unread } from "./predicting.js";

const HERE = new URL("../", import.meta.url);
const PHANTOM = "This radiograph is a synthetic phantom, no patient's.";

// A host that sends no headers for it allows one thread alone.
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = new URL("runtime/", HERE).href;

let loading = null;

async function load() {
  const [contract, model, weights] = await Promise.all([
    got("model/contract.json").then((answer) => answer.json()),
    got("model/model.json").then((answer) => answer.json()),
    got("model/model.onnx").then((answer) => answer.arrayBuffer()),
  ]);
  const session = await ort.InferenceSession.create(new Uint8Array(weights), { executionProviders: ["wasm"] });
  return { contract, model, session };
}

async function got(path) {
  const answer = await fetch(new URL(path, HERE));
  if (!answer.ok) throw new Error(`${path} is not there (${answer.status})`);
  return answer;
}

async function predict(bytes, name, occluded) {
  const { contract, model, session } = await loading;
  const data = new Uint8Array(bytes);
  const about = { path: name, sha256: await digest(data), bytes: data.length };
  let film;
  try {
    film = await decode(data, contract.export.decoding);
  } catch (error) {
    if (!(error instanceof Unread)) throw error;
    return { film: unread(contract, { ...about, reason: error.message }) };
  }
  const given = new ort.Tensor("uint8", film.grey, [1, film.height, film.width]);
  const found = await session.run({ films: given });
  const seen = await asImage(found.prepared);
  const told = judge(seen, found.features.data, contract.out_of_distribution, model.page);
  const warning = appearance(film, model.page);
  const record = predicted(contract, { ...about, ...film.about, warning }, found.score.data[0], told);
  if (film.phantom) record.notice += ` ${PHANTOM}`;
  const { strength, method } = occluded ? await byHiding(session, film, record, contract)
    : attribution(found.class_activation_map, record, seen);
  record.attribution_method = method;
  return { film: record, picture: await png(seen, seen.grey), map: strength && (await png(seen, strength)) };
}

function byHiding(session, { width, height, grey }, record, contract) {
  const score = async (pixels) => {
    const { score: found } = await session.run({ films: new ort.Tensor("uint8", pixels, [1, height, width]) }, ["score"]);
    return found.data[0];
  };
  const towards = record.score >= record.threshold ? 1 : -1;
  return occlusion({ width, height, grey }, score, towards, contract.export.preprocessing);
}

async function asImage(tensor) {
  const [, height, width] = tensor.dims;
  return { grey: Uint8Array.from(tensor.data), width, height };
}

async function digest(data) {
  if (!crypto.subtle) return ""; // a page that came by http from elsewhere than this machine
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function png({ width, height }, grey) {
  const canvas = new OffscreenCanvas(width, height), pixels = new ImageData(width, height);
  grey.forEach((value, place) => pixels.data.set([value, value, value, 255], 4 * place));
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  return canvas.convertToBlob();
}

self.onmessage = async ({ data: { number, bytes, name, occluded } }) => {
  try {
    loading ??= load();
    const found = bytes ? await predict(bytes, name, occluded) : (await loading).model;
    self.postMessage({ number, found });
  } catch (error) {
    if (!bytes) loading = null; // it is asked for again
    self.postMessage({ number, error: error.message });
  }
};
