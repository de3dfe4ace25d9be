package dev.mergefarm.merge.method;

import java.util.List;
import java.util.Optional;

/** The middle magnitudes of each task vector. */
final class Breadcrumbs extends TaskVectorMethod {

  Breadcrumbs() {
    super(false, false, false);
  }

  @Override
  public String name() {
    return "breadcrumbs";
  }

  @Override
  public String title() {
    return "Model Breadcrumbs";
  }

  @Override
  public String description() {
    return "Drops each difference's largest and smallest elements and adds up the rest.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://arxiv.org/abs/2312.06795");
  }

  @Override
  public int passes(TensorMerge tensor) {
    return BreadcrumbThinning.passes(tensor);
  }

  @Override
  List<ParameterSpec> ownParameters() {
    return List.of(BreadcrumbThinning.GAMMA);
  }

  @Override
  Stage thinOut(TensorMerge tensor, List<Integer> inputs, Finish finish) {
    return BreadcrumbThinning.stages(tensor, inputs, finish);
  }
}
