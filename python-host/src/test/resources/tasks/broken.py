def key(document):
    # The next line fails for every document.
    return document["nope"]
