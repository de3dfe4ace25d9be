package dev.mergefarm.eval.model;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.Parameter;
import dev.mergefarm.eval.torch.TensorReader;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Finds a graph's parameters in a checkpoint, and everything that is wrong between the two. */
final class CheckpointMatch {

  /** Values that old checkpoints store although they follow from the configuration. */
  private static final Pattern DERIVED =
      Pattern.compile(
          ".*\\.(rotary_emb\\.(inv_freq|cos_cached|sin_cached)"
              + "|attn\\.(bias|masked_bias)|attention\\.(bias|masked_bias))");

  /** How many unread tensors a warning names. */
  private static final int NAMED = 5;

  private final Decoder decoder;
  private final TensorSource source;
  private final Problems problems;

  CheckpointMatch(Decoder decoder, TensorSource source, Problems problems) {
    this.decoder = decoder;
    this.source = source;
    this.problems = problems;
  }

  /** Each parameter with the stored tensor to read; only usable when no error was found. */
  Map<Parameter, TensorInfo> match() {
    Map<Parameter, TensorInfo> found = new LinkedHashMap<>();
    for (Parameter parameter : decoder.parameters()) {
      Optional<TensorInfo> info = ModelWeights.find(decoder, source, parameter);
      if (info.isPresent()) {
        check(parameter, info.get());
        found.put(parameter, info.get());
      } else if (!isCoveredByTying(parameter)) {
        problems.unknownName(
            ErrorCode.TENSOR_MISSING,
            parameter.name(),
            "The checkpoint lacks this weight, which should have shape " + parameter.shape() + ".",
            parameter.name(),
            source.tensors().size() > 2000 ? List.of() : source.tensors().keySet());
      }
    }
    warnOfUnread(found);
    return found;
  }

  private boolean isCoveredByTying(Parameter parameter) {
    if (!decoder.head().tied()) {
      return false;
    }
    Parameter head = decoder.head().weight();
    boolean headIsThere = ModelWeights.find(decoder, source, head).isPresent();
    return parameter.equals(head) && !headIsThere
        ? ModelWeights.find(decoder, source, decoder.embedding()).isPresent()
        : parameter.equals(decoder.embedding()) && headIsThere;
  }

  private void check(Parameter parameter, TensorInfo info) {
    if (!info.shape().equals(parameter.shape())) {
      problems.error(
          ErrorCode.SHAPE_MISMATCH,
          parameter.name(),
          "The checkpoint's weight has shape %s where the configuration demands %s."
              .formatted(info.shape(), parameter.shape()));
    }
    if (TensorReader.scalarType(info.dataType()).isEmpty()) {
      problems.error(
          ErrorCode.UNSUPPORTED_DTYPE,
          parameter.name(),
          "Weights of type %s cannot be computed with; F32, F16, BF16 and F64 can."
              .formatted(info.dataType()));
    }
  }

  private void warnOfUnread(Map<Parameter, TensorInfo> found) {
    Set<String> read = new HashSet<>();
    found.values().forEach(info -> read.add(info.name()));
    List<String> unread =
        source.tensors().keySet().stream()
            .filter(name -> !read.contains(name) && !DERIVED.matcher(name).matches())
            .toList();
    if (!unread.isEmpty()) {
      problems.warning(
          ErrorCode.UNKNOWN_KEY,
          unread.getFirst(),
          "%d tensors of the checkpoint are not part of the model and are not read: %s%s"
              .formatted(
                  unread.size(),
                  String.join(", ", unread.subList(0, Math.min(NAMED, unread.size()))),
                  unread.size() > NAMED ? ", ..." : "."));
    }
  }
}
