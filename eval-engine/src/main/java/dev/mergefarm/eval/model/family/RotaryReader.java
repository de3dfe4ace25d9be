package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Frequencies;
import dev.mergefarm.eval.model.graph.Rotary;
import java.util.Optional;
import java.util.Set;

/**
 * Reads rotary position settings in both layouts that checkpoints use: {@code rope_parameters} with
 * everything inside, and {@code rope_theta}, {@code rope_scaling} and {@code partial_rotary_factor}
 * side by side.
 *
 * @param config the whole configuration
 * @param headSize dimensions of a head
 * @param defaultTheta the family's base where the configuration names none
 * @param defaultShare of a head's dimensions that are rotated where the configuration says nothing
 * @param shareable whether the family can rotate a part of a head only
 * @param interleaved see {@link Rotary}
 * @param yarnIsLongRope whether the name {@code yarn} means LongRoPE
 * @param defaultTrainedLength the trained length where the configuration names none; empty for the
 *     model's length
 */
record RotaryReader(
    ModelConfig config,
    int headSize,
    double defaultTheta,
    double defaultShare,
    boolean shareable,
    boolean interleaved,
    boolean yarnIsLongRope,
    Optional<Integer> defaultTrainedLength) {

  RotaryReader(
      ModelConfig config,
      int headSize,
      double defaultTheta,
      double defaultShare,
      boolean shareable,
      boolean interleaved) {
    this(
        config,
        headSize,
        defaultTheta,
        defaultShare,
        shareable,
        interleaved,
        false,
        Optional.empty());
  }

  /** For the family that called LongRoPE by another name. */
  RotaryReader withLongRopeForYarn() {
    return new RotaryReader(
        config,
        headSize,
        defaultTheta,
        defaultShare,
        shareable,
        interleaved,
        true,
        defaultTrainedLength);
  }

  /** For the family whose trained length has a default of its own. */
  RotaryReader withTrainedLength(int length) {
    return new RotaryReader(
        config,
        headSize,
        defaultTheta,
        defaultShare,
        shareable,
        interleaved,
        yarnIsLongRope,
        Optional.of(length));
  }

  private static final Set<String> TYPES =
      Set.of("default", "linear", "dynamic", "yarn", "llama3", "longrope");

  static RotaryReader whole(ModelConfig config, int headSize, double defaultTheta) {
    return new RotaryReader(config, headSize, defaultTheta, 1, false, false);
  }

  static RotaryReader partial(ModelConfig config, int headSize, double defaultShare) {
    return new RotaryReader(config, headSize, 10_000, defaultShare, true, false);
  }

  /** The settings of a model whose layers all rotate alike. */
  Rotary read() {
    boolean old = config.has("rope_scaling");
    ModelConfig scaling = config.object(old ? "rope_scaling" : "rope_parameters");
    return read(scaling, config.positive("rope_theta", defaultTheta));
  }

  /** The settings in an object, with the base to use where it names none. */
  Rotary read(ModelConfig scaling, double theta) {
    double base = scaling.positive("rope_theta", theta);
    double share =
        scaling.positive(
            "partial_rotary_factor", config.positive("partial_rotary_factor", defaultShare));
    if (share > 1 || (share < 1 && !shareable)) {
      scaling.refuse(
          "partial_rotary_factor",
          "Rotating a share of %s of each head is not part of this family.".formatted(share));
    }
    int dimensions = (int) (headSize * Math.min(1, share));
    if (dimensions < 1 || (dimensions == headSize && headSize % 2 == 1)) {
      scaling.refuse(
          "partial_rotary_factor",
          "%d of a head's %d dimensions cannot be rotated in pairs."
              .formatted(dimensions, headSize));
      return new Rotary(new Frequencies.Fixed(new float[] {1}), 1, interleaved);
    }
    return scaled(scaling, type(scaling), base, dimensions);
  }

  /** Whole heads rotated without any scaling. */
  Rotary plain(double theta) {
    return fixed(Frequencies.geometric(theta, headSize), 1);
  }

  private String type(ModelConfig scaling) {
    String given = scaling.text("rope_type", scaling.text("type", "default"));
    boolean renamed = given.equals("su") || (given.equals("yarn") && yarnIsLongRope);
    String type = renamed ? "longrope" : given;
    if (!TYPES.contains(type)) {
      scaling.refuse(
          scaling.has("rope_type") ? "rope_type" : "type",
          "The rotary scaling '%s' is not known; known are %s."
              .formatted(given, TYPES.stream().sorted().toList()));
      return "default";
    }
    return type;
  }

  private Rotary scaled(ModelConfig scaling, String type, double base, int dimensions) {
    return switch (type) {
      case "linear" -> fixed(linear(scaling, Frequencies.geometric(base, dimensions)), 1);
      case "dynamic" -> dynamic(scaling, base, dimensions);
      case "yarn" -> yarn(scaling, base, dimensions);
      case "llama3" -> fixed(llama3(scaling, Frequencies.geometric(base, dimensions)), 1);
      case "longrope" -> longRope(scaling, base, dimensions);
      default -> fixed(Frequencies.geometric(base, dimensions), 1);
    };
  }

  private Rotary fixed(float[] values, double magnitude) {
    return new Rotary(new Frequencies.Fixed(values), magnitude, interleaved);
  }

  private double factor(ModelConfig scaling) {
    if (!scaling.has("factor")) {
      scaling.refuse("factor", "This rotary scaling needs a 'factor'.");
    }
    return scaling.positive("factor", 1);
  }

  private int modelLength() {
    return config.count("max_position_embeddings", 2048);
  }

  /** A length beside the scaling wins over one inside it, as in the reference implementation. */
  private int trainedLength(ModelConfig scaling) {
    String key = "original_max_position_embeddings";
    int inside = scaling.count(key, modelLength());
    return config.count(key, defaultTrainedLength.orElse(inside));
  }

  private float[] linear(ModelConfig scaling, float[] values) {
    float factor = (float) factor(scaling);
    for (int i = 0; i < values.length; i++) {
      values[i] /= factor;
    }
    return values;
  }

  private Rotary dynamic(ModelConfig scaling, double base, int dimensions) {
    if (dimensions < 3) {
      scaling.refuse("rope_type", "Dynamic scaling needs more than 2 rotated dimensions.");
      return fixed(Frequencies.geometric(base, dimensions), 1);
    }
    return new Rotary(
        new Frequencies.Dynamic(base, dimensions, factor(scaling), modelLength()), 1, interleaved);
  }

  /** YaRN (Peng et al. 2023, arXiv 2309.00071). */
  private Rotary yarn(ModelConfig scaling, double base, int dimensions) {
    int trained = trainedLength(scaling);
    double factor = scaling.positive("factor", (double) modelLength() / trained);
    double low = rampEnd(scaling.positive("beta_fast", 32), base, dimensions, trained);
    double high = rampEnd(scaling.positive("beta_slow", 1), base, dimensions, trained);
    if (scaling.flag("truncate", true)) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    low = Math.max(low, 0);
    high = Math.min(high, dimensions - 1);
    double width = low == high ? 0.001 : high - low;
    float[] values = Frequencies.geometric(base, dimensions);
    for (int i = 0; i < values.length; i++) {
      float interpolated = Math.clamp((float) ((i - low) / width), 0f, 1f);
      values[i] = (float) (values[i] / factor * interpolated + values[i] * (1 - interpolated));
    }
    return fixed(values, yarnMagnitude(scaling, factor));
  }

  private static double rampEnd(double rotations, double base, int dimensions, int trained) {
    return dimensions * Math.log(trained / (rotations * 2 * Math.PI)) / (2 * Math.log(base));
  }

  private static double yarnMagnitude(ModelConfig scaling, double factor) {
    double scale = scaling.real("mscale", 0);
    double scaleOfAll = scaling.real("mscale_all_dim", 0);
    double inferred =
        scale != 0 && scaleOfAll != 0
            ? yarnScale(factor, scale) / yarnScale(factor, scaleOfAll)
            : yarnScale(factor, 1);
    return scaling.real("attention_factor", inferred);
  }

  private static double yarnScale(double factor, double weight) {
    return factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
  }

  /** The scaling of Llama 3.1: long wavelengths slowed, short ones kept, a ramp between. */
  private float[] llama3(ModelConfig scaling, float[] values) {
    double factor = factor(scaling);
    double low = scaling.positive("low_freq_factor", 1);
    double high = scaling.positive("high_freq_factor", 4);
    double trained = trainedLength(scaling);
    if (high <= low) {
      scaling.refuse("high_freq_factor", "'high_freq_factor' must be above 'low_freq_factor'.");
      return values;
    }
    for (int i = 0; i < values.length; i++) {
      double wavelength = 2 * Math.PI / values[i];
      if (wavelength > trained / low) {
        values[i] = (float) (values[i] / factor);
      } else if (wavelength >= trained / high) {
        double smooth = (trained / wavelength - low) / (high - low);
        values[i] = (float) ((1 - smooth) * values[i] / factor + smooth * values[i]);
      }
    }
    return values;
  }

  private Rotary longRope(ModelConfig scaling, double base, int dimensions) {
    int trained = trainedLength(scaling);
    double factor = scaling.positive("factor", (double) modelLength() / trained);
    double inferred = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(trained));
    float[] shortValues = divided(scaling, "short_factor", base, dimensions);
    float[] longValues = divided(scaling, "long_factor", base, dimensions);
    return new Rotary(
        new Frequencies.Switched(shortValues, longValues, trained),
        scaling.positive("attention_factor", inferred),
        interleaved);
  }

  private float[] divided(ModelConfig scaling, String key, double base, int dimensions) {
    float[] values = Frequencies.geometric(base, dimensions);
    float[] factors = scaling.reals(key, values.length);
    for (int i = 0; i < values.length; i++) {
      values[i] /= factors[i];
    }
    return values;
  }
}
