package dev.mergefarm.merge.recipe;

import java.util.List;
import java.util.Optional;

/**
 * What a recipe says of one parameter at one level. It becomes a value once the tensor's name and
 * its place among the layers are known.
 */
public sealed interface ParameterSetting {

  /**
   * The value for one tensor.
   *
   * @param tensor the name that filters are matched against
   * @param position 0 for the first layer of a slice, 1 for the last; 0 outside the layers
   * @return empty when no filter matches, so that the next level is asked
   */
  Optional<Object> resolve(String tensor, double position);

  /** A number; booleans are 1 and 0. */
  record Number(double value) implements ParameterSetting {
    @Override
    public Optional<Object> resolve(String tensor, double position) {
      return Optional.of(value);
    }
  }

  /** A text, for the few parameters that take one. */
  record Text(String value) implements ParameterSetting {
    @Override
    public Optional<Object> resolve(String tensor, double position) {
      return Optional.of(value);
    }
  }

  /** Numbers spread evenly over the layers of a slice, with straight lines between them. */
  record Gradient(List<Double> values) implements ParameterSetting {

    public Gradient {
      values = List.copyOf(values);
      if (values.isEmpty()) {
        throw new IllegalArgumentException("a gradient needs at least one value");
      }
    }

    @Override
    public Optional<Object> resolve(String tensor, double position) {
      double scaled = position * (values.size() - 1);
      int left = (int) scaled;
      int right = Math.min(values.size() - 1, left + 1);
      double fraction = scaled - left;
      return Optional.of((1 - fraction) * values.get(left) + fraction * values.get(right));
    }
  }

  /** The first branch whose filter is part of the tensor's name decides. */
  record Filtered(List<Branch> branches) implements ParameterSetting {

    public Filtered {
      branches = List.copyOf(branches);
    }

    /**
     * One branch.
     *
     * @param filter a case-sensitive part of the name; absent or {@code *} matches every tensor
     */
    public record Branch(Optional<String> filter, ParameterSetting setting) {

      boolean matches(String tensor) {
        return filter.isEmpty() || filter.get().equals("*") || tensor.contains(filter.get());
      }
    }

    @Override
    public Optional<Object> resolve(String tensor, double position) {
      for (Branch branch : branches) {
        if (branch.matches(tensor)) {
          return branch.setting().resolve(tensor, position);
        }
      }
      return Optional.empty();
    }
  }
}
