import random

STATE = {}


def twice(document):
    return document["x"] * 2


def echo(document):
    return document


def collections():
    return (1, "a"), {2, 1}


def not_a_number():
    return float("nan")


def types(document):
    return " ".join(type(value).__name__ for value in document.values())


def keywords(a, b=0):
    return [a, b]


def remember(value):
    STATE["value"] = value


def recall():
    return STATE["value"]


def draw():
    return random.random()
