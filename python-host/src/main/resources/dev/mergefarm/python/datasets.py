"""A stand-in for the parts of the `datasets` library that task helpers use. Rows are dicts in a list."""

import sys
from types import ModuleType


def _plain(value):
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


class Value:
    def __init__(self, dtype=None, id=None):
        self.dtype = dtype

    def __repr__(self):
        return f"Value(dtype={self.dtype!r})"


class Sequence:
    def __init__(self, feature=None, length=-1):
        self.feature = feature
        self.length = length


class ClassLabel:
    def __init__(self, num_classes=None, names=None):
        self.names = list(names or [])
        self.num_classes = num_classes if num_classes is not None else len(self.names)

    def int2str(self, value):
        return self.names[value] if isinstance(value, int) else [self.names[item] for item in value]

    def str2int(self, value):
        return self.names.index(value) if isinstance(value, str) else [self.names.index(item) for item in value]


class Features(dict):
    pass


_DTYPES = {bool: "bool", int: "int64", float: "float64", str: "string"}


class Dataset:
    """Rows with the same columns. Every method answers a new data set and leaves this one as it is."""

    def __init__(self, rows, columns=None):
        names = dict.fromkeys(columns or ())
        for row in rows:
            names.update(dict.fromkeys(row))
        self._columns = list(names)
        self._rows = [{name: row.get(name) for name in self._columns} for row in rows]

    @classmethod
    def from_list(cls, mapping, **_):
        return cls([_plain(row) for row in mapping])

    @classmethod
    def from_dict(cls, mapping, **_):
        lengths = {len(values) for values in mapping.values()}
        if len(lengths) > 1:
            raise ValueError("columns must have the same length")
        rows = [dict(zip(mapping, values)) for values in zip(*mapping.values())]
        return cls([_plain(row) for row in rows], list(mapping))

    @classmethod
    def from_generator(cls, generator, gen_kwargs=None, **_):
        return cls([_plain(row) for row in generator(**(gen_kwargs or {}))])

    @classmethod
    def from_pandas(cls, *_, **__):
        raise NotImplementedError("pandas is not available to helpers")

    @property
    def column_names(self):
        return list(self._columns)

    @property
    def features(self):
        found = Features()
        for name in self._columns:
            sample = next((row[name] for row in self._rows if row[name] is not None), None)
            if isinstance(sample, list):
                inner = next((item for item in sample if item is not None), None)
                found[name] = Sequence(Value(_DTYPES.get(type(inner), "null")))
            elif isinstance(sample, dict):
                found[name] = {key: Value(_DTYPES.get(type(item), "null")) for key, item in sample.items()}
            else:
                found[name] = Value(_DTYPES.get(type(sample), "null"))
        return found

    @property
    def num_rows(self):
        return len(self._rows)

    @property
    def num_columns(self):
        return len(self._columns)

    @property
    def shape(self):
        return (len(self._rows), len(self._columns))

    def __len__(self):
        return len(self._rows)

    def __iter__(self):
        return (dict(row) for row in self._rows)

    def __getitem__(self, key):
        if isinstance(key, str):
            self._require([key])
            return [row[key] for row in self._rows]
        if isinstance(key, int):
            if not -len(self._rows) <= key < len(self._rows):
                raise IndexError(f"Invalid key: {key} is out of bounds for size {len(self._rows)}")
            return dict(self._rows[key])
        rows = self._rows[key] if isinstance(key, slice) else [self._rows[index] for index in key]
        return {name: [row[name] for row in rows] for name in self._columns}

    def __repr__(self):
        return f"Dataset({{\n    features: {self._columns},\n    num_rows: {len(self._rows)}\n}})"

    def _require(self, names):
        for name in names:
            if name not in self._columns:
                raise KeyError(f"Column {name} not in the dataset. Current columns in the dataset: {self._columns}")

    def _with(self, rows, columns=None):
        return Dataset(rows, self._columns if columns is None else columns)

    def _caller(self, function, with_indices, input_columns, fn_kwargs):
        names = [input_columns] if isinstance(input_columns, str) else input_columns
        kwargs = fn_kwargs or {}

        def call(index, row):
            arguments = [row] if names is None else [row[name] for name in names]
            if with_indices:
                arguments.append(index)
            return function(*arguments, **kwargs)

        return call

    def _batches(self, size):
        step = len(self._rows) if not size or size <= 0 else size
        for start in range(0, len(self._rows), max(step, 1)):
            yield list(range(start, min(start + step, len(self._rows))))

    def map(self, function=None, with_indices=False, with_rank=False, input_columns=None, batched=False,
            batch_size=1000, drop_last_batch=False, remove_columns=None, fn_kwargs=None, **_):
        removed = [remove_columns] if isinstance(remove_columns, str) else list(remove_columns or ())
        self._require(removed)
        function = function or (lambda row: row)
        call = self._caller(function, with_indices, input_columns, fn_kwargs)
        kept = [name for name in self._columns if name not in removed]
        if batched:
            return self._map_batches(call, batch_size, kept)
        rows = []
        for index, row in enumerate(self._rows):
            given = dict(row)
            answer = call(index, given)
            if answer is not None and not isinstance(answer, (dict, Row)):
                raise TypeError(
                    "Provided `function` which is applied to all elements of table returns a variable of type "
                    f"{type(answer)}. Make sure provided `function` returns a variable of type `dict`")
            result = {name: given.get(name) if name in given else row[name] for name in kept}
            result.update(_plain(answer) if answer else {})
            rows.append(result)
        return Dataset(rows, kept)

    def _map_batches(self, call, batch_size, kept):
        rows = []
        for indexes in self._batches(batch_size):
            batch = {name: [self._rows[index][name] for index in indexes] for name in self._columns}
            answer = _plain(call(indexes, dict(batch))) or {}
            count = len(next(iter(answer.values()))) if answer else len(indexes)
            columns = {name: batch[name] for name in kept if name not in answer and len(indexes) == count}
            ordered = {name: answer.get(name, columns.get(name)) for name in [*kept, *answer]}
            ordered = {name: values for name, values in ordered.items() if values is not None}
            rows.extend(dict(zip(ordered, values)) for values in zip(*ordered.values()))
        return Dataset(rows, None if rows else kept)

    def filter(self, function=None, with_indices=False, with_rank=False, input_columns=None, batched=False,
               batch_size=1000, fn_kwargs=None, **_):
        call = self._caller(function or bool, with_indices, input_columns, fn_kwargs)
        if not batched:
            return self._with([row for index, row in enumerate(self._rows) if call(index, dict(row))])
        rows = []
        for indexes in self._batches(batch_size):
            batch = {name: [self._rows[index][name] for index in indexes] for name in self._columns}
            rows.extend(self._rows[index] for index, kept in zip(indexes, call(indexes, batch)) if kept)
        return self._with(rows)

    def select(self, indices, **_):
        return self._with([self._rows[index] for index in indices])

    def shuffle(self, seed=None, generator=None, **_):
        if generator is not None:
            raise NotImplementedError("shuffle(generator=...) needs numpy, which is not available to helpers")
        if seed is None:
            raise ValueError("shuffle needs a seed, so that an evaluation can be repeated")
        return self.select(_permutation(seed, len(self._rows)))

    def sort(self, column_names, reverse=False, **_):
        names = [column_names] if isinstance(column_names, str) else list(column_names)
        self._require(names)
        rows = sorted(self._rows, key=lambda row: tuple(row[name] for name in names), reverse=bool(reverse))
        return self._with(rows)

    def take(self, n):
        return self.select(range(min(n, len(self._rows))))

    def skip(self, n):
        return self.select(range(min(n, len(self._rows)), len(self._rows)))

    def rename_column(self, original_column_name, new_column_name):
        return self.rename_columns({original_column_name: new_column_name})

    def rename_columns(self, column_mapping):
        self._require(column_mapping)
        columns = [column_mapping.get(name, name) for name in self._columns]
        if len(set(columns)) < len(columns):
            raise ValueError(f"New column names must be unique: {columns}")
        return Dataset([dict(zip(columns, row.values())) for row in self._rows], columns)

    def remove_columns(self, column_names):
        names = [column_names] if isinstance(column_names, str) else list(column_names)
        self._require(names)
        return self.select_columns([name for name in self._columns if name not in names])

    def select_columns(self, column_names):
        names = [column_names] if isinstance(column_names, str) else list(column_names)
        self._require(names)
        return Dataset([{name: row[name] for name in names} for row in self._rows], names)

    def add_column(self, name, column, **_):
        if len(column) != len(self._rows):
            raise ValueError(f"column has {len(column)} values for {len(self._rows)} rows")
        return Dataset([{**row, name: value} for row, value in zip(self._rows, column)], [*self._columns, name])

    def add_item(self, item, **_):
        return self._with([*self._rows, dict(item)])

    def unique(self, column):
        return list(dict.fromkeys(self[column]))

    def cast_column(self, *_, **__):
        return self

    def cast(self, *_, **__):
        return self

    def with_format(self, *_, **__):
        return self

    def flatten_indices(self, **_):
        return self

    def to_list(self):
        return [dict(row) for row in self._rows]

    def to_dict(self):
        return self[:]

    def to_pandas(self, *_, **__):
        raise NotImplementedError("pandas is not available to helpers")


Row = dict


class DatasetDict(dict):
    def map(self, *arguments, **keywords):
        return DatasetDict({split: rows.map(*arguments, **keywords) for split, rows in self.items()})

    def filter(self, *arguments, **keywords):
        return DatasetDict({split: rows.filter(*arguments, **keywords) for split, rows in self.items()})


class IterableDataset:
    pass


def concatenate_datasets(dsets, **_):
    return Dataset([row for dataset in dsets for row in dataset._rows])


def load_dataset(*_, **__):
    raise PermissionError("helpers cannot load data sets: name the files in the task")


load_from_disk = load_dataset
get_dataset_config_names = load_dataset


# What follows is NumPy's default_rng(seed).permutation(n): a seed sequence, PCG64, bounded draws.

_MASK32 = 0xFFFFFFFF
_MASK64 = 0xFFFFFFFFFFFFFFFF
_MASK128 = (1 << 128) - 1
_MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645


def _seed_words(seed):
    words = []
    while True:
        words.append(seed & _MASK32)
        seed >>= 32
        if not seed:
            return words


def _seed_state(seed, count):
    """`count` 64-bit words of entropy from a seed, mixed as NumPy's SeedSequence does."""
    constant = 0x43B0D7E5

    def hashed(value):
        nonlocal constant
        value ^= constant
        constant = constant * 0x931E8875 & _MASK32
        value = value * constant & _MASK32
        return value ^ value >> 16

    def mixed(x, y):
        value = (x * 0xCA01F9DD - y * 0x4973F715) & _MASK32
        return value ^ value >> 16

    words = _seed_words(seed)
    pool = [hashed(words[index] if index < len(words) else 0) for index in range(4)]
    for source in range(4):
        for target in range(4):
            if source != target:
                pool[target] = mixed(pool[target], hashed(pool[source]))
    for word in words[4:]:
        for target in range(4):
            pool[target] = mixed(pool[target], hashed(word))
    constant = 0x8B51F9DD
    state = []
    for index in range(count * 2):
        value = pool[index % 4] ^ constant
        constant = constant * 0x58F38DED & _MASK32
        value = value * constant & _MASK32
        state.append(value ^ value >> 16)
    return [state[index] | state[index + 1] << 32 for index in range(0, len(state), 2)]


class _Generator:
    def __init__(self, seed):
        high, low, stream_high, stream_low = _seed_state(seed, 4)
        self._increment = ((stream_high << 64 | stream_low) << 1 | 1) & _MASK128
        self._state = (self._increment + (high << 64 | low)) & _MASK128
        self._step()
        self._half = None

    def _step(self):
        self._state = (self._state * _MULTIPLIER + self._increment) & _MASK128

    def next64(self):
        self._step()
        value = (self._state >> 64 ^ self._state) & _MASK64
        rotation = self._state >> 122
        return (value >> rotation | value << (-rotation & 63)) & _MASK64

    def next32(self):
        if self._half is not None:
            value, self._half = self._half, None
            return value
        value = self.next64()
        self._half = value >> 32
        return value & _MASK32

    def interval(self, most):
        """A draw from 0 to `most`, by masking and rejecting."""
        if most == 0:
            return 0
        mask = (1 << most.bit_length()) - 1
        while True:
            value = (self.next32() if most <= _MASK32 else self.next64()) & mask
            if value <= most:
                return value


def _permutation(seed, count):
    generator = _Generator(seed)
    order = list(range(count))
    for index in range(count - 1, 0, -1):
        other = generator.interval(index)
        order[index], order[other] = order[other], order[index]
    return order


_arrow = ModuleType("datasets.arrow_dataset")
_arrow.Dataset = Dataset
sys.modules["datasets.arrow_dataset"] = _arrow
