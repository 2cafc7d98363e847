from pneumoscope.report.slides import conclusions


def steps(told):
    return conclusions.what_to_do(told).body.items


def test_the_next_steps_follow_from_what_was_found(run, context):
    told = steps(context(run))
    assert told[0].startswith("Store all radiographs alike")
    assert told[1].startswith("The alarm level kept its promise")
    assert told[2] == "Look closer at disease virus: it does worse there."
    run.ingestion_audit["shortcuts"] = []
    run.metrics["cnn"]["subgroups"] = {"absent": {}, "splits": {"test": {}}}
    assert len(steps(context(run))) == 2


def test_an_alarm_level_that_broke_its_promise_is_chosen_anew(run, context):
    test = run.metrics["cnn"]["splits"]["test"]["metrics"]
    test["sensitivity"]["value"] = 0.8
    assert any("broke its promise" in step for step in steps(context(run)))
    test["sensitivity"]["value"] = None
    assert any("cannot be told" in step for step in steps(context(run)))


def test_phantoms_are_sent_back_to_real_radiographs(run, context):
    run.synthetic = True
    assert "Phantoms say nothing" in conclusions.what_to_do(context(run)).title


def test_limits_tell_how_often_test_was_looked_at(run, context):
    for name in run.metrics:
        run.metrics[name]["model"]["fingerprint"] = name
    run.access_log["model"] = list(run.metrics)
    note = conclusions.limits(context(run)).note
    assert note.startswith("On record are one evaluation of each model on the test and no other")
