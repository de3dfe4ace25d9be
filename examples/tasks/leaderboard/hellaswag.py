"""Prepares HellaSwag: removes the markup of its how-to half and joins the two context columns."""

import re


def clean(text):
    text = text.strip().replace(" [title]", ". ")
    return re.sub(r"\[.*?\]", "", text).replace("  ", " ")


def prepare(doc):
    context = doc["ctx_a"] + " " + doc["ctx_b"].capitalize()
    return {
        "query": clean(doc["activity_label"] + ": " + context),
        "choices": [clean(ending) for ending in doc["endings"]],
    }


def process_docs(dataset):
    return dataset.map(prepare)
