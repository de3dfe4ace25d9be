"""Prepares one program that a model wrote. See ProgramHost for the messages."""


def _prepare(text):
    import json

    request = json.loads(text)
    program = request["program"]

    _lock("programs")

    def run():
        """Says what went wrong; nothing where all went well."""
        try:
            exec(program, {"__name__": "__main__"})
            return ""
        except BaseException as error:
            return f"failed: {type(error).__name__}: {error}"

    return run, request["limit"]


run, limit = _prepare(host_request)
