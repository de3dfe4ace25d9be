"""Loads helpers and calls them as the parent process asks. See PythonHost for the messages."""


def _start(read, emit, run, allow, seed, sources, lock):
    import functools
    import importlib.abc
    import importlib.util
    import json
    import linecache
    import random
    import signal
    import sys
    import traceback
    from types import ModuleType

    modules = {}
    functions = {}
    folders = []
    texts = set()

    def limit(milliseconds):
        """Gives what follows this long; what ignores that is interrupted from outside a while later."""
        signal.setitimer(signal.ITIMER_REAL, milliseconds / 1000)
        allow(milliseconds)

    def run_programs(programs, timeout):
        """Has the parent run programs elsewhere; the time that takes is not the helper's."""
        left = signal.getitimer(signal.ITIMER_REAL)[0]
        limit(0)
        answer = json.loads(run(json.dumps({"run": programs, "timeout": timeout})))
        limit(max(1, int(left * 1000)))
        if "outcomes" not in answer:
            raise RuntimeError(answer.get("failure", "the programs could not be run"))
        return answer["outcomes"]

    def source_of(path):
        return json.loads(read(path)).get("source")

    def provide(name, source):
        module = ModuleType(name)
        sys.modules[name] = module
        exec(compile(source, f"<{name}>", "exec"), module.__dict__)

    def execute(module, path, source):
        texts.add(path)
        linecache.cache[path] = (len(source), None, source.splitlines(True), path)
        exec(compile(source, path, "exec"), module.__dict__)

    def around(folder, outwards):
        """Where to look for a module: in the folder, and if asked in every folder around it."""
        yield folder
        while outwards and folder:
            folder = folder.rpartition("/")[0]
            yield folder

    class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
        """Finds modules among the task files: beside the helpers, or below `lm_eval.tasks`."""

        def find_spec(self, fullname, path=None, target=None):
            name = fullname.removeprefix("lm_eval.tasks.")
            places = [place for folder in reversed(folders) for place in around(folder, name != fullname)]
            relative = name.replace(".", "/")
            for folder in dict.fromkeys(places):
                base = f"{folder}/{relative}" if folder else relative
                for file, package in ((f"{base}.py", False), (f"{base}/__init__.py", True)):
                    source = source_of(file)
                    if source is not None:
                        spec = importlib.util.spec_from_loader(fullname, self, is_package=package)
                        spec.loader_state = (file, source)
                        return spec
            if name != fullname:
                return importlib.util.spec_from_loader(fullname, self, is_package=True)
            return None

        def create_module(self, spec):
            if spec.loader_state and spec.loader_state[0] in modules:
                return modules[spec.loader_state[0]]
            return None

        def exec_module(self, module):
            state = module.__spec__.loader_state
            if state and modules.get(state[0]) is not module:
                modules[state[0]] = module
                execute(module, *state)

    def load(path):
        if path in modules:
            return modules[path]
        source = source_of(path)
        if source is None:
            raise ModuleNotFoundError(f"there is no file {path} among the task files")
        folder, _, file = path.rpartition("/")
        package = folder.replace("/", ".") if all(part.isidentifier() for part in folder.split("/")) else ""
        name = ".".join(part for part in ("lm_eval.tasks", package, file.removesuffix(".py")) if part)
        module = ModuleType(name)
        module.__file__ = path
        module.__package__ = name.rpartition(".")[0]
        modules[path] = module
        sys.modules[name] = module
        if folder not in folders:
            folders.append(folder)
        try:
            execute(module, path, source)
        except BaseException:
            del modules[path]
            del sys.modules[name]
            raise
        return module

    def plain(value):
        if isinstance(value, (set, frozenset)):
            return sorted(value, key=repr)
        if type(value).__name__ == "Dataset":
            return value.to_list()
        if hasattr(value, "__iter__"):
            return list(value)
        raise TypeError(f"a helper cannot answer a value of type {type(value).__name__}")

    def send(key, value):
        emit(json.dumps({key: value}, default=plain))

    def find(request):
        found = functools.reduce(getattr, request["attribute"].split("."), load(request["path"]))
        functions[request["id"]] = found
        send("result", callable(found))

    def each(request):
        function = functions[request["id"]]
        keywords = request["keywords"]
        for arguments in request["arguments"]:
            limit(request["limit"])
            send("result", function(*arguments, **keywords))

    def dataset(request):
        datasets = sys.modules["datasets"]
        answer = functions[request["id"]](datasets.Dataset(request["rows"], request["columns"]))
        rows = answer.to_list() if isinstance(answer, datasets.Dataset) else list(answer)
        size = 512
        for start in range(0, len(rows), size):
            send("result", rows[start:start + size])

    def filtered(request):
        function = functions[request["id"]]
        answers, documents, keywords = request["answers"], request["documents"], request["keywords"]
        if isinstance(function, type):
            result = function(**keywords).apply(answers, documents)
        else:
            result = function(answers, documents, **keywords)
        send("result", list(result))

    operations = {"find": find, "each": each, "dataset": dataset, "filter": filtered}

    def failure(error):
        report = {"kind": "raised", "type": type(error).__name__, "message": str(error)}
        if isinstance(error, MemoryError):
            report.update(kind="memory", message="took more memory than it may")
        elif isinstance(error, Overtime):
            report["kind"] = "timeout"
        elif isinstance(error, SystemExit):
            report["kind"] = "exit"
        elif isinstance(error, ModuleNotFoundError):
            report["kind"] = "import"
            report["module"] = error.name
        if isinstance(error, SyntaxError) and error.filename:
            report.update(file=error.filename, line=error.lineno, function="", text=(error.text or "").strip(),
                          message=str(error.msg))
            return report
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename in texts:
                report.update(file=frame.filename, line=frame.lineno, function=frame.name, text=frame.line or "")
                break
        return report

    def handle(text):
        request = json.loads(text)
        try:
            limit(request["limit"])
            operations[request["op"]](request)
            limit(0)
            emit('{"done": true}')
        except BaseException as error:
            try:
                limit(0)
            except Overtime:
                # Its time was up just as it ended otherwise.
                limit(0)
            emit(json.dumps({"error": failure(error)}))

    class Overtime(BaseException):
        """Raised inside a helper when its time is up."""

    last_place = [""]

    def time_is_up(_, frame):
        while frame is not None and frame.f_code.co_filename not in texts:
            frame = frame.f_back
        if frame is not None:
            path, line = frame.f_code.co_filename, frame.f_lineno
            text = linecache.getline(path, line).strip()
            found = {"file": path, "line": line, "function": frame.f_code.co_name, "text": text}
            last_place[0] = "," + json.dumps(found)[1:-1]
        raise Overtime("ran longer than it may")

    def place():
        """Where a helper was when its time was up, as the end of a report; or nothing."""
        return last_place[0]

    signal.signal(signal.SIGALRM, time_is_up)

    lock("helpers")
    for name in ("datasets", "lm_eval", "evaluate"):
        provide(name, sources[name])
    sys.modules["evaluate"]._connect(run_programs)
    sys.meta_path.append(Finder())
    random.seed(seed)
    return handle, place


handle, place = _start(host_read, host_emit, host_run, host_allow, host_seed,
                {"datasets": source_datasets, "lm_eval": source_lm_eval, "evaluate": source_evaluate}, _lock)
del _lock, host_read, host_emit, host_run, host_allow, host_seed, source_datasets, source_lm_eval, source_evaluate, _start
