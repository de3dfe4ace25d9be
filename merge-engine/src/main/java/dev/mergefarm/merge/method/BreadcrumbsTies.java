package dev.mergefarm.merge.method;

import java.util.List;
import java.util.Optional;

/** The middle magnitudes of each task vector, where signs agree. */
final class BreadcrumbsTies extends TaskVectorMethod {

  BreadcrumbsTies() {
    super(true, false, false);
  }

  @Override
  public String name() {
    return "breadcrumbs_ties";
  }

  @Override
  public String title() {
    return "Model Breadcrumbs with TIES";
  }

  @Override
  public String description() {
    return "Drops each difference's largest and smallest elements and averages where signs agree.";
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
