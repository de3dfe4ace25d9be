"""A stand-in for the parts of `lm_eval` that task helpers import."""

import logging
import re
import sys
from collections import Counter
from types import ModuleType


def _module(name, **members):
    module = sys.modules.get(name) or ModuleType(name)
    module.__path__ = []
    module.__dict__.update(members)
    sys.modules[name] = module
    parent, _, leaf = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], leaf, module)
    return module


class Filter:
    def __init__(self, **kwargs):
        pass

    def apply(self, resps, docs):
        return resps


class RegexFilter(Filter):
    def __init__(self, regex_pattern=r"#### (\-?[0-9\.\,]+)", group_select=0, fallback="[invalid]"):
        self.regex_pattern = regex_pattern
        self.regex = re.compile(regex_pattern)
        self.group_select = group_select
        self.fallback = fallback

    def _find(self, text):
        found = self.regex.findall(text) if isinstance(text, str) else []
        if not found:
            return self.fallback
        match = found[self.group_select]
        if isinstance(match, tuple):
            match = next((part for part in match if part), None)
            if match is None:
                return self.fallback
        return match.strip()

    def apply(self, resps, docs):
        return [[self._find(text) for text in answers] for answers in resps]


def _identity(*_, **__):
    return lambda registered: registered


def mean(arr):
    return sum(arr) / len(arr)


def median(arr):
    return arr[len(arr) // 2]


def weighted_f1_score(items):
    golds, predictions = zip(*items)
    support = Counter(golds)
    total = 0.0
    for label, count in support.items():
        hits = sum(1 for gold, found in zip(golds, predictions) if gold == found == label)
        guessed = sum(1 for found in predictions if found == label)
        total += count * (2 * hits / (count + guessed) if count + guessed else 0.0)
    return total / len(golds)


_module("lm_eval")
_module("lm_eval.api")
_module("lm_eval.api.filter", Filter=Filter)
_module("lm_eval.api.registry", register_filter=_identity, register_metric=_identity,
        register_aggregation=_identity, register_model=_identity)
_module("lm_eval.api.metrics", mean=mean, median=median)
_module("lm_eval.filters")
_module("lm_eval.filters.extraction", RegexFilter=RegexFilter)
_module("lm_eval.utils", weighted_f1_score=weighted_f1_score, eval_logger=logging.getLogger("lm_eval"))
_module("lm_eval.tasks")
