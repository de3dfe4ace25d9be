package dev.mergefarm.merge.method;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The merge methods that recipes can name. Immutable. */
public final class MethodRegistry {

  private final Map<String, MergeMethod> methods = new LinkedHashMap<>();

  /** A registry of some methods, whose names must differ. */
  public MethodRegistry(List<MergeMethod> methods) {
    for (MergeMethod method : methods) {
      if (this.methods.put(method.name(), method) != null) {
        throw new IllegalArgumentException("two merge methods are named " + method.name());
      }
    }
  }

  /** Every method that Mergefarm has. */
  public static MethodRegistry standard() {
    return new MethodRegistry(
        List.of(
            new Linear(),
            new Slerp(),
            new Nuslerp(),
            new Multislerp(),
            new Karcher(),
            new TaskArithmetic(),
            new Ties(),
            new DareLinear(),
            new DareTies(),
            new Della(),
            new DellaLinear(),
            new Breadcrumbs(),
            new BreadcrumbsTies(),
            new ModelStock(),
            new ArceeFusion(),
            new Nearswap(),
            new Sce(),
            new Ram(),
            new RamPlus(),
            new UniformSoup(),
            new Fisher(),
            new RegMean(),
            new Passthrough()));
  }

  /** The method that copies one model's tensors, for plans that put tensors together. */
  public static MergeMethod copying() {
    return new Passthrough();
  }

  /** All methods, in the order in which help lists them. */
  public List<MergeMethod> all() {
    return List.copyOf(methods.values());
  }

  public List<String> names() {
    return List.copyOf(methods.keySet());
  }

  public Optional<MergeMethod> find(String name) {
    return Optional.ofNullable(methods.get(name));
  }

  /**
   * The method of that name.
   *
   * @param path where in the recipe the name stands, for the error and its nearest known name
   */
  public Optional<MergeMethod> find(String name, String path, Problems problems) {
    Optional<MergeMethod> method = find(name);
    if (method.isEmpty()) {
      String message = "there is no merge method '" + name + "'.";
      problems.unknownName(
          ErrorCode.UNKNOWN_METHOD, path, message, name, new ArrayList<>(methods.keySet()));
    }
    return method;
  }
}
