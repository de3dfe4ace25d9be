package dev.mergefarm.eval.model.graph;

import dev.mergefarm.eval.torch.Operations;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The non-linear functions of feed-forward layers, with the names configurations give them. */
public enum Activation {
  SILU("silu", "swish") {
    @Override
    Tensor apply(Tensor input) {
      return torch.silu(input);
    }
  },
  GELU("gelu", "gelu_python") {
    @Override
    Tensor apply(Tensor input) {
      return torch.gelu(input, "none");
    }
  },
  /** The approximation by a hyperbolic tangent. */
  GELU_TANH("gelu_pytorch_tanh", "gelu_new", "gelu_fast", "gelu_python_tanh", "gelu_accurate") {
    @Override
    Tensor apply(Tensor input) {
      return torch.gelu(input, "tanh");
    }
  },
  /** {@code x sigmoid(1.702 x)}. */
  QUICK_GELU("quick_gelu") {
    @Override
    Tensor apply(Tensor input) {
      return input.mul(Operations.multiply(input, 1.702).sigmoid());
    }
  },
  RELU("relu") {
    @Override
    Tensor apply(Tensor input) {
      return torch.relu(input);
    }
  },
  /** The square of the rectified input. */
  RELU_SQUARED("relu2") {
    @Override
    Tensor apply(Tensor input) {
      return torch.relu(input).square();
    }
  },
  RELU6("relu6") {
    @Override
    Tensor apply(Tensor input) {
      return input.clamp(
          new org.bytedeco.pytorch.ScalarOptional(new Scalar(0.0)),
          new org.bytedeco.pytorch.ScalarOptional(new Scalar(6.0)));
    }
  },
  SIGMOID("sigmoid") {
    @Override
    Tensor apply(Tensor input) {
      return input.sigmoid();
    }
  },
  TANH("tanh") {
    @Override
    Tensor apply(Tensor input) {
      return input.tanh();
    }
  },
  MISH("mish") {
    @Override
    Tensor apply(Tensor input) {
      return torch.mish(input);
    }
  },
  LINEAR("linear") {
    @Override
    Tensor apply(Tensor input) {
      return input;
    }
  };

  private final List<String> names;

  Activation(String... names) {
    this.names = List.of(names);
  }

  /** Element by element. */
  abstract Tensor apply(Tensor input);

  /** The activation that configurations call this. */
  public static Optional<Activation> named(String name) {
    return Arrays.stream(values()).filter(value -> value.names.contains(name)).findFirst();
  }

  /** Every name known. */
  public static List<String> allNames() {
    return Arrays.stream(values()).flatMap(value -> value.names.stream()).toList();
  }
}
