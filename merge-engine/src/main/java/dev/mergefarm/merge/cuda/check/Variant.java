package dev.mergefarm.merge.cuda.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A method with parameters that lead to one way through its stages.
 *
 * @param models beside a base
 * @param base whether there is one
 * @param global parameters of the merge
 * @param perModel parameters of the models that are not the base, used in turn
 * @param companions whether each model has a companion of its shape
 */
record Variant(
    String method,
    int models,
    boolean base,
    Map<String, Object> global,
    List<Map<String, Object>> perModel,
    boolean companions) {

  private static final List<Map<String, Object>> WEIGHTS =
      List.of(Map.of("weight", 0.7), Map.of("weight", -0.2), Map.of("weight", 0.45));
  private static final List<Map<String, Object>> DENSITIES =
      List.of(
          Map.of("weight", 0.7, "density", 0.5, "gamma", 0.1, "epsilon", 0.2),
          Map.of("weight", -0.2, "density", 0.3, "gamma", 0.0, "epsilon", 0.1),
          Map.of("weight", 0.9, "density", 0.8, "gamma", 0.02, "epsilon", 0.15));

  private static final List<String> THINNING =
      List.of(
          "ties",
          "dare_linear",
          "dare_ties",
          "della",
          "della_linear",
          "breadcrumbs",
          "breadcrumbs_ties");

  /** Every way through every method. */
  static List<Variant> all() {
    List<Variant> all = new ArrayList<>();
    for (int models : new int[] {1, 3, 6}) {
      all.add(merged("linear", models, Map.of(), WEIGHTS));
      all.add(changed("task_arithmetic", models, Map.of("lambda", 0.7), WEIGHTS));
      all.add(changed("ram", models, Map.of("epsilon", 0.001), List.of(Map.of())));
      all.add(changed("ramplus_tl", models, Map.of("epsilon", 0.001), List.of(Map.of())));
      all.add(changed("sce", models, Map.of("select_topk", 0.4), List.of(Map.of())));
      for (String method : THINNING) {
        all.add(changed(method, models, Map.of(), DENSITIES));
      }
    }
    for (String method : THINNING) {
      all.add(changed(method, 2, Map.of("rescale", true, "normalize", true), DENSITIES));
      all.add(changed(method, 2, Map.of("rescale", false, "normalize", false), DENSITIES));
    }
    all.add(changed("ties", 2, Map.of(), WEIGHTS));
    all.add(changed("task_arithmetic", 2, Map.of("normalize", true), WEIGHTS));
    all.add(merged("linear", 2, Map.of("normalize", false), WEIGHTS));
    all.add(changed("sce", 2, Map.of(), List.of(Map.of())));
    addSpherical(all);
    addOthers(all);
    return List.copyOf(all);
  }

  private static void addSpherical(List<Variant> all) {
    List<Map<String, Object>> positive = List.of(Map.of("weight", 0.4), Map.of("weight", 0.8));
    all.add(changed("slerp", 1, Map.of("t", 0.3), List.of(Map.of())));
    for (boolean base : new boolean[] {false, true}) {
      all.add(new Variant("nuslerp", 2, base, Map.of(), positive, false));
      for (boolean rowWise : new boolean[] {false, true}) {
        Map<String, Object> grouped = Map.of("nuslerp_flatten", false, "nuslerp_row_wise", rowWise);
        all.add(new Variant("nuslerp", 2, base, grouped, positive, false));
      }
      all.add(new Variant("multislerp", 3, base, Map.of(), positive, false));
    }
    all.add(merged("karcher", 3, Map.of(), List.of(Map.of())));
    all.add(merged("karcher", 6, Map.of(), List.of(Map.of())));
    all.add(changed("model_stock", 3, Map.of(), List.of(Map.of())));
    all.add(changed("model_stock", 3, Map.of("filter_wise", true), List.of(Map.of())));
  }

  private static void addOthers(List<Variant> all) {
    List<Map<String, Object>> none = List.of(Map.of());
    all.add(changed("arcee_fusion", 1, Map.of(), none));
    all.add(changed("nearswap", 1, Map.of("t", 0.001), none));
    all.add(merged("uniform_soup", 3, Map.of(), none));
    all.add(merged("regmean", 3, Map.of(), List.of(Map.of("gram", "grams"))));
    all.add(merged("passthrough", 1, Map.of(), none));
    all.add(merged("passthrough", 1, Map.of(), List.of(Map.of("scale", 0.3))));
    List<Map<String, Object>> information =
        List.of(Map.of("weight", 0.7, "fisher", "information"), Map.of("fisher", "information"));
    for (boolean normalize : new boolean[] {false, true}) {
      Map<String, Object> global = Map.of("normalize_fisher", normalize);
      all.add(new Variant("fisher", 3, false, global, information, true));
    }
  }

  private static Variant merged(
      String method, int models, Map<String, Object> global, List<Map<String, Object>> perModel) {
    return new Variant(method, models, false, global, perModel, false);
  }

  private static Variant changed(
      String method, int models, Map<String, Object> global, List<Map<String, Object>> perModel) {
    return new Variant(method, models, true, global, perModel, false);
  }

  @Override
  public String toString() {
    return method
        + " of "
        + models
        + (base ? " and a base" : "")
        + " "
        + global
        + " "
        + perModel.getFirst();
  }
}
