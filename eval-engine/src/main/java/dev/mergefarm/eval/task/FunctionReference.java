package dev.mergefarm.eval.task;

import java.util.Objects;

/**
 * A Python helper named by a {@code !function} tag.
 *
 * @param directory of the file that holds the tag, as a path of the task files; empty for the root
 * @param name dotted: modules, then the attribute; at least one dot
 */
public record FunctionReference(String directory, String name) {

  public FunctionReference {
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(name, "name");
    if (name.indexOf('.') < 1 || name.endsWith(".")) {
      throw new IllegalArgumentException("name must be module.attribute, not '" + name + "'");
    }
  }

  /** The path of the module's file among the task files. */
  public String modulePath() {
    String module = name.substring(0, name.lastIndexOf('.')).replace('.', '/') + ".py";
    return directory.isEmpty() ? module : directory + "/" + module;
  }

  /** The function's name within its module. */
  public String attribute() {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  @Override
  public String toString() {
    return name;
  }
}
