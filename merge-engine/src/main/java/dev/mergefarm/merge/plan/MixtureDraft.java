package dev.mergefarm.merge.plan;

import dev.mergefarm.merge.input.TensorOrigin;
import dev.mergefarm.merge.method.ParameterValues;
import dev.mergefarm.merge.mixture.GateRequest;
import dev.mergefarm.merge.mixture.GateVectors;
import dev.mergefarm.merge.output.OutputFile;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A mixture's plan that lacks only its gates. Immutable; holds no open file. */
public final class MixtureDraft {

  private final PlanAssembly assembly;
  private final GateRequest gates;
  private final boolean gatesShared;
  private final Optional<DataType> outputType;
  private final List<PlannedTensor> tensors;
  private final List<OutputFile> files;
  private final String identity;

  /**
   * @param gatesShared whether the shared expert has a gate
   * @param outputType what the gates are written as; empty: float32
   * @param identity a digest of the models
   */
  MixtureDraft(
      PlanAssembly assembly,
      GateRequest gates,
      boolean gatesShared,
      Optional<DataType> outputType,
      List<PlannedTensor> tensors,
      List<OutputFile> files,
      String identity) {
    this.assembly = assembly;
    this.gates = gates;
    this.gatesShared = gatesShared;
    this.outputType = outputType;
    this.tensors = List.copyOf(tensors);
    this.files = List.copyOf(files);
    this.identity = identity;
  }

  /** The gates that are lacking. */
  public GateRequest gates() {
    return gates;
  }

  /** The whole plan. */
  public MergePlan plan(GateVectors vectors) {
    List<PlannedTensor> all = new ArrayList<>(tensors);
    for (int layer = 0; layer < gates.layers(); layer++) {
      String network = "model.layers." + layer + ".mlp.";
      all.add(gate(network + "gate.weight", vectors.router(layer)));
      if (gatesShared) {
        all.add(gate(network + "shared_expert_gate.weight", vectors.shared(layer)));
      }
    }
    all.sort(Comparator.comparing(tensor -> tensor.spec().name()));
    return assembly.assemble(all, files, assembly.digest().add(identity));
  }

  private PlannedTensor gate(String name, float[] values) {
    Shape shape = Shape.of(values.length / gates.hidden(), gates.hidden());
    PlannedTensor.Input input =
        new PlannedTensor.Input(
            gates.base().toString(),
            new TensorOrigin.Given(shape, values),
            ParameterValues.NONE,
            Optional.empty());
    return new PlannedTensor(
        new TensorSpec(name, outputType.orElse(DataType.F32), shape),
        false,
        List.of(input),
        OptionalInt.empty(),
        ParameterValues.NONE,
        outputType);
  }
}
