# The package as a wheel, its locked dependencies, and a user without rights:
#
#     docker build --tag pneumoscope .
#     docker run --rm --volume "$PWD/results:/results" pneumoscope --env=smoke
#     docker run --rm --volume <folder>:/films:ro --volume "$PWD/results:/results" \
#         --env RADIOGRAPHS=/films pneumoscope --env=hospital
#
# Options are those of `kedro run`. The folder of results must be writable for user 1000.
FROM python:3.12-slim AS wheel
# hadolint ignore=DL3013
RUN pip install --no-cache-dir uv
WORKDIR /source
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY src src
RUN uv build --wheel --build-constraints requirements.lock --out-dir /wheel

FROM python:3.12-slim
COPY --from=wheel /wheel /wheel
COPY requirements.lock /wheel/
# Compiled here: the user below can write nothing beside the packages.
# hadolint ignore=DL3013
RUN pip install --no-cache-dir uv \
    && uv pip install --system --no-cache --compile-bytecode \
        --constraints /wheel/requirements.lock \
        --build-constraints /wheel/requirements.lock \
        "pneumoscope[dicom,export] @ file://$(ls /wheel/*.whl)" \
    && useradd --uid 1000 --create-home pneumoscope \
    && install --directory --owner=pneumoscope /results /work
COPY conf /conf
# pneumoscope, by number: a cluster may ask that it is not root.
USER 1000
WORKDIR /work
ENV RESULTS=/results KEDRO_LOGGING_CONFIG=/conf/logging.yml PYTHONUNBUFFERED=1
VOLUME /results
ENTRYPOINT ["python", "-m", "pneumoscope", "--conf-source=/conf"]
