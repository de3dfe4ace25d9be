package dev.mergefarm.merge.architecture;

import java.util.List;

/**
 * One weight of an architecture, or of each of its layers. Names may hold {@code {layer}}.
 *
 * @param name in the output, and the first one looked for in a checkpoint
 * @param aliases other names of the same weight
 * @param tiedNames weights that it is tied to: read in its place where a checkpoint lacks it
 * @param assemblies ways to put it together from weights of single experts
 * @param optional whether a checkpoint may lack it
 * @param embedding whether its rows are the vocabulary's
 */
public record WeightDefinition(
    String name,
    List<String> aliases,
    List<String> tiedNames,
    List<ExpertAssembly> assemblies,
    boolean optional,
    boolean embedding) {

  static final String LAYER = "{layer}";

  /**
   * A weight of shape [experts, rows, columns] stored as matrices of single experts.
   *
   * @param parts names with {@code {layer}} and {@code {expert}}; for each expert, in natural
   *     order, the parts follow each other row-wise
   */
  public record ExpertAssembly(List<String> parts) {

    static final String EXPERT = "{expert}";

    public ExpertAssembly {
      parts = List.copyOf(parts);
    }

    /** The name of a part of one expert of one layer. */
    public String partName(int part, int layer, int expert) {
      return at(parts.get(part), layer).replace(EXPERT, Integer.toString(expert));
    }
  }

  public WeightDefinition {
    aliases = List.copyOf(aliases);
    tiedNames = List.copyOf(tiedNames);
    assemblies = List.copyOf(assemblies);
  }

  /** A name with its layer filled in. */
  public static String at(String name, int layer) {
    return name.replace(LAYER, Integer.toString(layer));
  }
}
