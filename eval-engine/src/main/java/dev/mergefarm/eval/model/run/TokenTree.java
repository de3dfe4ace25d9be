package dev.mergefarm.eval.model.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Token sequences that share beginnings, each shared token once. A node is a token after its
 * parent's; nodes are numbered parents first. Confined to one thread while it grows.
 */
final class TokenTree {

  private static final int ROOT = -1;

  private record Edge(int parent, int token) {}

  private final List<Integer> tokens = new ArrayList<>();
  private final List<Integer> parents = new ArrayList<>();
  private final List<Integer> depths = new ArrayList<>();
  private final Map<Edge, Integer> children = new HashMap<>();
  private boolean chain = true;

  /**
   * Adds a sequence and returns its nodes in order.
   *
   * @param sequence tokens; those before the start are left out
   * @param start how many tokens are held elsewhere, as a shared prefix
   */
  int[] add(int[] sequence, int start) {
    int[] path = new int[sequence.length - start];
    int parent = ROOT;
    for (int i = start; i < sequence.length; i++) {
      parent = child(parent, sequence[i]);
      path[i - start] = parent;
    }
    return path;
  }

  /** How many nodes adding the sequence would make. */
  int cost(int[] sequence, int start) {
    int parent = ROOT;
    for (int i = start; i < sequence.length; i++) {
      Integer next = children.get(new Edge(parent, sequence[i]));
      if (next == null) {
        return sequence.length - i;
      }
      parent = next;
    }
    return 0;
  }

  private int child(int parent, int token) {
    Edge edge = new Edge(parent, token);
    Integer known = children.get(edge);
    if (known != null) {
      return known;
    }
    int node = tokens.size();
    chain &= parent == node - 1;
    tokens.add(token);
    parents.add(parent);
    depths.add(parent == ROOT ? 0 : depths.get(parent) + 1);
    children.put(edge, node);
    return node;
  }

  int size() {
    return tokens.size();
  }

  int token(int node) {
    return tokens.get(node);
  }

  /** The node before, or -1 at the start. */
  int parent(int node) {
    return parents.get(node);
  }

  /** Tokens before this one. */
  int depth(int node) {
    return depths.get(node);
  }

  /** Whether it is a single sequence. */
  boolean isChain() {
    return chain;
  }
}
