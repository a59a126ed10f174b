#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether standard input is Prometheus' text format 0.0.4, more strictly than a scraper reads it:
each family has HELP and TYPE once and before its samples, which stand together; names and units
are by the conventions; counters end in _total, histograms are cumulative and whole."""
import re
import sys

NAME = r"[a-z_][a-z0-9_]*"
SAMPLE = re.compile(rf'({NAME})(?:\{{((?:{NAME}="(?:[^"\\\n]|\\[\\n"])*",?)*)\}})? ([0-9]+(?:\.[0-9]+)?)')
LABEL = re.compile(rf'({NAME})="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)')
TYPES = ("counter", "gauge", "histogram")


def check_histogram(name, samples):
    buckets = [(labels, value) for sample, labels, value in samples if sample == name + "_bucket"]
    assert all(set(labels) == {"le"} for labels, _ in buckets), f"{name}: labels of buckets"
    bounds = [float(labels["le"]) for labels, _ in buckets]
    counts = [value for _, value in buckets]
    assert bounds == sorted(set(bounds)), f"{name}: bounds {bounds}"
    assert bounds[-1] == float("inf"), f"{name}: no +Inf"
    assert counts == sorted(counts), f"{name}: not cumulative: {counts}"
    rest = [(sample, labels) for sample, labels, _ in samples if sample != name + "_bucket"]
    assert rest == [(name + "_sum", {}), (name + "_count", {})], f"{name}: {rest}"
    assert samples[-1][2] == counts[-1], f"{name}: count is not +Inf's"


def check_family(name, kind, samples):
    assert name.startswith("saregate_"), f"{name}: not ours"
    assert samples, f"{name}: no sample"
    assert (kind == "counter") == name.endswith("_total"), f"{name}: is a {kind}"
    assert not re.search(r"_(ms|msec|usec|milliseconds|kib|kb|mb)(_|$)", name), f"{name}: no base unit"
    keys = [(sample, tuple(sorted(labels.items()))) for sample, labels, _ in samples]
    assert len(set(keys)) == len(keys), f"{name}: the same sample twice"
    assert len({tuple(key for key, _ in labels) for _, labels in keys if kind != "histogram"}) <= 1, name
    if kind == "histogram":
        check_histogram(name, samples)
    else:
        assert all(sample == name for sample, _, _ in samples), f"{name}: a stranger's sample"


def read_sample(line):
    match = SAMPLE.fullmatch(line)
    assert match, f"no sample: {line}"
    pairs = LABEL.findall(match[2] or "")
    assert len(dict(pairs)) == len(pairs), f"a label twice: {line}"
    assert not (match[2] or "").endswith(","), line
    return match[1], dict(pairs), float(match[3])


def main():
    text = sys.stdin.buffer.read().decode("utf-8")
    assert text.endswith("\n"), "the last line has no end"
    families, lines = {}, iter(text[:-1].split("\n"))
    for line in lines:
        if line.startswith("#"):
            match = re.fullmatch(rf"# HELP ({NAME}) ((?:[^\\]|\\[\\n])+)", line)
            assert match, f"no HELP: {line}"
            kind = re.fullmatch(rf"# TYPE {match[1]} (\w+)", next(lines, ""))
            assert kind and kind[1] in TYPES, f"{match[1]}: no TYPE"
            assert match[1] not in families, f"{match[1]}: twice"
            samples = families.setdefault(match[1], (kind[1], []))[1]
        else:
            assert families, f"no HELP before {line}"
            samples.append(read_sample(line))
    assert families, "nothing"
    for name, (kind, samples) in families.items():
        check_family(name, kind, samples)


main()
