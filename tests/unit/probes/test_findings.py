"""What is counted: flips, labels that stay, shifts against the mean, and how sure all that is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from stream_app.adapters.probe_plots import plot_probes
from stream_app.probes.bias import LEAST_COMPANIES, SENTENCES, bias_of, counterfactuals
from stream_app.probes.companies import Company, stratified
from stream_app.probes.draws import rng_of
from stream_app.probes.intervals import bootstrap_mean, wilson
from stream_app.probes.making import OPPOSITE, probes
from stream_app.probes.neighbours import Isolation
from stream_app.probes.reading import NOTHING, Answer, Reading
from stream_app.probes.report import Conditions, ProbeReport, to_fields
from stream_app.probes.robustness import Family, Finding, Probe, findings
from stream_app.probes.templates import NEGATIVE, NEUTRAL, POSITIVE
from stream_app.probes.texts import Text
from stream_app.probes.written import to_markdown
from tests.unit.probes.examples import COMPANIES, text_of

CONDITIONS = Conditions("fusion-1", "kg-1", "none", "f32", seed=0, sample=2)


def said(label: int, polarity: float) -> Reading:
    return Reading(Answer(label, polarity), Answer(label, polarity), linked=True)


def found(sign: int, pairs: list[tuple[Reading, Reading]]) -> Finding:
    """Return what is found of these pairs, for the names."""
    family = Family.CHANGING if sign else Family.KEEPING
    made = [
        Probe(family, "kind", Text(f"b{at}", ((0, 1),)), Text(f"a{at}", ((0, 1),)), sign) for at in range(len(pairs))
    ]
    readings = {
        text: one
        for probe, pair in zip(made, pairs, strict=True)
        for text, one in zip((probe.before, probe.after), pair, strict=True)
    }
    return next(one for one in findings(made, readings, seed=0) if one.judged == "name")


def test_a_label_that_changes_where_it_must_stay_is_a_failure() -> None:
    same = (said(POSITIVE, 0.8), said(POSITIVE, 0.6))
    finding = found(0, [same, same, same, (said(POSITIVE, 0.8), said(NEUTRAL, 0.0))])
    assert finding.pairs == 4
    assert finding.failures.value == 0.25
    assert finding.shift.value == pytest.approx((3 * 0.2 + 0.8) / 4)
    assert finding.wrong_way.value is None


def test_a_label_that_stays_where_it_must_change_is_a_failure_and_its_polarity_may_go_the_wrong_way() -> None:
    finding = found(-1, [(said(POSITIVE, 0.8), said(NEGATIVE, -0.6)), (said(NEUTRAL, 0.0), said(NEUTRAL, 0.1))])
    assert finding.failures.value == 0.5
    assert finding.wrong_way.value == 0.5


def test_a_text_that_is_no_longer_scored_is_a_failure_and_one_that_never_was_is_no_pair() -> None:
    finding = found(0, [(said(POSITIVE, 0.8), NOTHING), (NOTHING, NOTHING), (said(NEUTRAL, 0), said(NEUTRAL, 0))])
    assert (finding.pairs, finding.unread, finding.unlinked) == (2, 1, 1)
    assert finding.failures.value == 0.5
    assert finding.shift.value == 0


@settings(max_examples=25)
@given(trials=st.integers(1, 500), share=st.floats(0, 1))
def test_wilson_is_the_interval_that_others_compute(trials: int, share: float) -> None:
    hits = round(trials * share)
    other = binomtest(hits, trials).proportion_ci(method="wilson")
    ours = wilson(hits, trials)
    assert ours.value == hits / trials
    assert ours.low == pytest.approx(other.low, abs=1e-9)
    assert ours.high == pytest.approx(other.high, abs=1e-9)


def test_nothing_measured_has_no_interval() -> None:
    assert wilson(0, 0).value is None
    assert bootstrap_mean(np.array([]), rng_of(0)).value is None
    assert bootstrap_mean(np.array([1.0]), rng_of(0)).low is None


def test_a_bootstrapped_mean_has_about_the_interval_of_the_normal_law() -> None:
    values = np.random.default_rng(1).normal(3, 2, size=400)
    interval = bootstrap_mean(values, rng_of(0))
    assert interval.value == pytest.approx(values.mean())
    half = 1.96 * values.std() / 20
    assert interval.low == pytest.approx(values.mean() - half, abs=0.03)
    assert interval.high == pytest.approx(values.mean() + half, abs=0.03)


def companies(country: str, count: int) -> list[Company]:
    return [Company(f"{country}{at}", f"{country} Corp {at}", None, (("country", country),)) for at in range(count)]


def test_a_group_that_is_judged_worse_is_found_with_how_much() -> None:
    here, there, few = companies("AA", 6), companies("BB", 6), companies("CC", LEAST_COMPANIES - 1)
    asked = [*here, *there, *few]
    readings = {
        text: said(NEUTRAL, 0.5 - 0.2 * (company in there)) for company in asked for text in counterfactuals([company])
    }
    bias = bias_of(asked, readings, seed=0)
    mean = -0.2 * 6 / len(asked)
    assert {one.group: one.whole.value for one in bias.groups} == {
        "AA": pytest.approx(-mean),
        "BB": pytest.approx(-0.2 - mean),
    }
    assert bias.largest == next(one for one in bias.groups if one.group == "BB")
    assert bias.sentences == sum(map(len, SENTENCES.values()))


def test_a_name_that_is_not_scored_is_left_out_and_counted() -> None:
    asked = companies("AA", 6)
    readings = {text: said(NEUTRAL, 0.1) for text in counterfactuals(asked)}
    readings |= dict.fromkeys(list(counterfactuals(asked[:1])), NOTHING)
    bias = bias_of(asked, readings, seed=0)
    assert bias.unread == bias.sentences
    assert bias.groups[0].whole.value == pytest.approx(0)


def test_a_stratified_draw_gives_each_group_its_share() -> None:
    drawn = stratified([*companies("AA", 90), *companies("BB", 3)], 5, rng_of(0, "companies"))
    assert [sum(one.groups[0][1] == country for one in drawn) for country in ("AA", "BB")] == [5, 3]


def test_probes_are_the_same_for_the_same_seed_and_others_for_another() -> None:
    given_texts = [text_of("{Globex} profit rises 4%", POSITIVE), text_of("{Initech} falls", NEGATIVE)]
    made = [list(probes(COMPANIES, given_texts, 20, seed=seed)) for seed in (3, 3, 4)]
    assert made[0] == made[1] != made[2]
    assert {one.kind for one in made[0] if one.family is Family.CHANGING} > {"estimates", "not", OPPOSITE}
    assert all(one.before.text != one.after.text for one in made[0])


@pytest.mark.parametrize(("shift", "changed", "broken"), [(0.0, 0, 0), (0.9, 0, 1), (0.0, 1, 1), (0.9, 2, 2)])
def test_a_broken_bound_is_told_in_words(shift: float, changed: int, broken: int) -> None:
    here, there = companies("AA", 6), companies("BB", 6)
    readings = {text: said(NEUTRAL, 0.0) for text in counterfactuals(here)}
    readings |= {text: said(POSITIVE, shift) for text in counterfactuals(there)}
    isolated = Isolation(documents=4, hostile=2, rejected=1, changed=changed)
    report = ProbeReport(CONDITIONS, (), bias_of([*here, *there], readings, 0), isolated)
    assert len(report.broken) == broken
    assert to_fields(report)["broken"] == list(report.broken)


def test_the_page_has_every_finding_and_every_group() -> None:
    asked = companies("AA", 6)
    bias = bias_of(asked, {text: said(NEUTRAL, 0.1) for text in counterfactuals(asked)}, 0)
    finding = found(-1, [(said(POSITIVE, 0.8), said(NEGATIVE, -0.6))])
    page = to_markdown(ProbeReport(CONDITIONS, (finding,), bias, Isolation(4, 2, 1, 0)))
    assert "| kind | made | name | 1 | 0.0 |" in page
    assert "| country AA | 6 | 100.0 |" in page
    assert "0 of 4 documents changed" in page


def test_plots_are_the_same_bytes_for_the_same_report(tmp_path: Path) -> None:
    asked = companies("AA", 6)
    bias = bias_of(asked, {text: said(NEUTRAL, 0.1) for text in counterfactuals(asked)}, 0)
    finding = found(-1, [(said(POSITIVE, 0.8), said(NEGATIVE, -0.6))])
    report = ProbeReport(CONDITIONS, (finding,), bias, Isolation(4, 2, 1, 0))
    files = [plot_probes(report, tmp_path / name) for name in ("one", "two")]
    assert [file.name for file in files[0]] == ["flips.svg", "groups.svg"]
    assert [file.read_bytes() for file in files[0]] == [file.read_bytes() for file in files[1]]
