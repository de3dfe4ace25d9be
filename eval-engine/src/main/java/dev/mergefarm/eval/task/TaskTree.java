package dev.mergefarm.eval.task;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a requested name stands for: a task, or a group of such trees. */
public sealed interface TaskTree {

  String name();

  /** The tasks at the leaves, in order. */
  Stream<Leaf> leaves();

  /** Everything inside a group, at any depth; nothing for a task. */
  Stream<TaskTree> below();

  /**
   * @param name under which results are reported
   * @param file that defines it, for messages
   * @param keys of the definition with includes and overrides applied
   */
  record Leaf(String name, String file, Map<String, Object> keys) implements TaskTree {
    @Override
    public Stream<Leaf> leaves() {
      return Stream.of(this);
    }

    @Override
    public Stream<TaskTree> below() {
      return Stream.empty();
    }
  }

  /**
   * @param definition what the group file says of the group itself
   * @param members in order
   */
  record Group(GroupDefinition definition, List<TaskTree> members) implements TaskTree {
    public Group {
      members = List.copyOf(members);
    }

    @Override
    public String name() {
      return definition.name();
    }

    @Override
    public Stream<Leaf> leaves() {
      return members.stream().flatMap(TaskTree::leaves);
    }

    @Override
    public Stream<TaskTree> below() {
      return members.stream().flatMap(member -> Stream.concat(Stream.of(member), member.below()));
    }
  }
}
