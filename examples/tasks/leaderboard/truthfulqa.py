"""The share of probability that a model gives to the true answers."""

import math


def process_results(doc, results):
    labels = doc["mc2_targets"]["labels"]
    scores = [score for score, _ in results]
    largest = max(scores)
    weights = [math.exp(score - largest) for score in scores]
    true = sum(weight for weight, label in zip(weights, labels) if label == 1)
    return {"acc": true / sum(weights)}
