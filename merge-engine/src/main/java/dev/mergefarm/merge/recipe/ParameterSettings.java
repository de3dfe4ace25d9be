package dev.mergefarm.merge.recipe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The parameters written at one level of a recipe.
 *
 * @param path of the level's {@code parameters} map in the document
 * @param settings by parameter name, in document order
 */
public record ParameterSettings(String path, SequencedMap<String, ParameterSetting> settings) {

  /** Nothing set. */
  public static final ParameterSettings NONE = new ParameterSettings("", new LinkedHashMap<>());

  public ParameterSettings {
    settings = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(settings));
  }

  /** The value of a parameter for a tensor at this level; see {@link ParameterSetting#resolve}. */
  public Optional<Object> resolve(String parameter, String tensor, double position) {
    ParameterSetting setting = settings.get(parameter);
    return setting == null ? Optional.empty() : setting.resolve(tensor, position);
  }

  /** Where a parameter stands in the document. */
  public String pathOf(String parameter) {
    return path + "." + parameter;
  }
}
