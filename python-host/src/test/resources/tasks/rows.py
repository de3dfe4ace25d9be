"""Row filters in the ways that task files write them."""

import functools
from functools import partial
from typing import Any

import datasets

SUBJECTS = ["algebra", "world history", "'quoted'"]
LANGUAGE = "fr"


def process_docs(dataset: datasets.Dataset, subject: str) -> datasets.Dataset:
    """Only one subject."""
    return dataset.filter(lambda x: x["subject"] == subject)


process_algebra = partial(process_docs, subject="algebra")
process_none = functools.partial(
    process_docs,
    subject=None,
)

process_functions = {
    f"process_the_{subject.upper().replace(' ', '_').lower()}": partial(process_docs, subject=subject) for subject in SUBJECTS
}

globals().update(process_functions)


def named(dataset, part):
    return dataset.filter(
        lambda row: row["subject"] == f"world {part}",
    )


named_history = partial(named, part="history")


def starts(dataset: datasets.Dataset, lang: str = "e") -> datasets.Dataset:
    return dataset.filter(lambda example: example["language"].startswith(lang))


def starts_french(dataset):
    return starts(dataset, "fr")


def constant(dataset):
    return dataset.filter(lambda x: x["language"] == LANGUAGE)


def level(dataset):
    return dataset.filter(lambda x: x["level"] != 1)


def several(dataset):
    return dataset.filter(lambda x: x["level"] in [1, 3])


def flag(dataset):
    return dataset.filter(lambda x: x["easy"] == True)


def one(dataset):
    return dataset.filter(lambda x: x["easy"] == 1)


def mapped(dataset):
    return dataset.filter(lambda x: x["level"] == 1).map(lambda x: {"level": 2})


def fraction(dataset):
    return dataset.filter(lambda x: x["share"] == 1)


def missing(dataset):
    return dataset.filter(lambda x: x["absent"] == 1)


def doc_to_text(doc):
    return doc["subject"].upper()
