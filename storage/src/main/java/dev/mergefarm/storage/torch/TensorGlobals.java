package dev.mergefarm.storage.torch;

import static java.util.Map.entry;

import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.torch.StoredTensor.Storage;
import dev.mergefarm.storage.torch.StoredTensor.StorageKind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.PickleException;

/**
 * Everything that a checkpoint's pickle may name. Each name stands for code of ours that makes a
 * description; no class is ever looked up.
 */
final class TensorGlobals {

  /** Something harmless beside the tensors, such as a scalar of a training state. */
  record Inert() {}

  private static final Map<String, DataType> STORAGES =
      Map.ofEntries(
          entry("FloatStorage", DataType.F32),
          entry("HalfStorage", DataType.F16),
          entry("BFloat16Storage", DataType.BF16),
          entry("DoubleStorage", DataType.F64),
          entry("LongStorage", DataType.I64),
          entry("IntStorage", DataType.I32),
          entry("ShortStorage", DataType.I16),
          entry("CharStorage", DataType.I8),
          entry("ByteStorage", DataType.U8),
          entry("BoolStorage", DataType.BOOL),
          entry("ComplexFloatStorage", DataType.C64));

  private static final Map<String, DataType> TYPES =
      Map.ofEntries(
          entry("float32", DataType.F32),
          entry("float16", DataType.F16),
          entry("bfloat16", DataType.BF16),
          entry("float64", DataType.F64),
          entry("int64", DataType.I64),
          entry("int32", DataType.I32),
          entry("int16", DataType.I16),
          entry("int8", DataType.I8),
          entry("uint8", DataType.U8),
          entry("uint16", DataType.U16),
          entry("uint32", DataType.U32),
          entry("uint64", DataType.U64),
          entry("bool", DataType.BOOL),
          entry("complex64", DataType.C64),
          entry("float8_e4m3fn", DataType.F8_E4M3),
          entry("float8_e5m2", DataType.F8_E5M2),
          entry("float8_e4m3fnuz", DataType.F8_E4M3FNUZ),
          entry("float8_e5m2fnuz", DataType.F8_E5M2FNUZ),
          entry("float8_e8m0fnu", DataType.F8_E8M0));

  private static final Map<String, Object> ALLOWED = allowed();

  private TensorGlobals() {}

  /** What a name stands for; empty for every name that is not allowed. */
  static Optional<Object> find(String module, String name) {
    return Optional.ofNullable(ALLOWED.get(module + " " + name));
  }

  private static Map<String, Object> allowed() {
    Map<String, Object> allowed = new HashMap<>();
    STORAGES.forEach((name, type) -> allowed.put("torch " + name, new StorageKind(type)));
    TYPES.forEach((name, type) -> allowed.put("torch " + name, type));
    allowed.put("torch.storage UntypedStorage", new StorageKind(null));
    constructor(allowed, "collections OrderedDict", TensorGlobals::orderedMap);
    constructor(allowed, "torch._utils _rebuild_tensor", TensorGlobals::tensor);
    constructor(allowed, "torch._utils _rebuild_tensor_v2", TensorGlobals::tensor);
    constructor(allowed, "torch._utils _rebuild_tensor_v3", TensorGlobals::typedTensor);
    constructor(allowed, "torch._utils _rebuild_parameter", arguments -> arguments[0]);
    constructor(allowed, "torch Size", arguments -> arguments[0]);
    for (String inert :
        List.of(
            "torch device",
            "_codecs encode",
            "numpy dtype",
            "numpy.core.multiarray scalar",
            "numpy._core.multiarray scalar")) {
      constructor(allowed, inert, arguments -> new Inert());
    }
    return Map.copyOf(allowed);
  }

  private static void constructor(
      Map<String, Object> allowed, String name, IObjectConstructor constructor) {
    allowed.put(name, constructor);
  }

  private static Object orderedMap(Object[] arguments) {
    Map<Object, Object> map = new LinkedHashMap<>();
    if (arguments.length == 1 && arguments[0] instanceof List<?> pairs) {
      for (Object pair : pairs) {
        Object[] both = pair instanceof List<?> list ? list.toArray() : (Object[]) pair;
        TensorUnpickler.put(map, both[0], both[1]);
      }
    } else if (arguments.length > 0) {
      throw new PickleException("an OrderedDict takes a list of pairs");
    }
    return map;
  }

  /** Storage, offset, sizes, strides; what follows does not concern the bytes. */
  private static Object tensor(Object[] arguments) {
    Storage storage = (Storage) arguments[0];
    if (storage.kind().dataType() == null) {
      throw new PickleException("a tensor of an untyped storage has no type");
    }
    return tensor(storage, storage.kind().dataType(), arguments);
  }

  /** As {@link #tensor(Object[])}, with the type at the seventh place. */
  private static Object typedTensor(Object[] arguments) {
    return tensor((Storage) arguments[0], (DataType) arguments[6], arguments);
  }

  private static StoredTensor tensor(Storage storage, DataType type, Object[] arguments) {
    return new StoredTensor(
        storage,
        type,
        ((Number) arguments[1]).longValue(),
        numbers(arguments[2]),
        numbers(arguments[3]));
  }

  private static List<Long> numbers(Object tuple) {
    return Arrays.stream((Object[]) tuple).map(number -> ((Number) number).longValue()).toList();
  }
}
