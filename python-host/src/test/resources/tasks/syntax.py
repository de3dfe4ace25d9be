def f(document):
    return (
