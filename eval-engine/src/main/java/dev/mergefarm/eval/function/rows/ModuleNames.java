package dev.mergefarm.eval.function.rows;

import dev.mergefarm.eval.function.rows.PythonLines.Kind;
import dev.mergefarm.eval.function.rows.PythonLines.Line;
import dev.mergefarm.eval.function.rows.PythonLines.Token;
import dev.mergefarm.eval.function.rows.TokenCursor.Unexpected;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What each name of a module stands for, as long as nothing in the module makes that uncertain. */
final class ModuleNames {

  private final Map<String, List<Line>> statements = new LinkedHashMap<>();
  private final Set<String> imported = new HashSet<>();
  private final Set<String> uncertain = new HashSet<>();
  private Optional<String> spread = Optional.empty();

  private ModuleNames() {}

  /**
   * @throws Unexpected where the module does more than define names
   */
  static ModuleNames of(List<Line> lines) throws Unexpected {
    ModuleNames names = new ModuleNames();
    boolean decorated = false;
    for (int start = 0; start < lines.size(); ) {
      int end = start + 1;
      while (end < lines.size() && lines.get(end).indented()) {
        end++;
      }
      decorated = names.statement(lines.subList(start, end), decorated);
      start = end;
    }
    return names;
  }

  /**
   * @return whether the statement decorates the next one
   */
  private boolean statement(List<Line> lines, boolean decorated) throws Unexpected {
    Line first = lines.getFirst();
    Token start = first.tokens().getFirst();
    if (first.indented()) {
      throw new Unexpected();
    }
    if (start.is("@")) {
      return true;
    }
    if (start.is("import") || start.is("from")) {
      importing(first);
    } else if (start.is("def") || start.is("class")) {
      String name = first.tokens().get(1).text();
      bind(name, lines);
      if (decorated) {
        uncertain.add(name);
      }
    } else if (start.is("globals")) {
      spreading(first);
    } else if (start.kind() == Kind.NAME && first.tokens().size() > 2) {
      assignment(start.text(), lines);
    } else if (start.kind() != Kind.STRING || first.tokens().size() != 1) {
      throw new Unexpected();
    }
    return false;
  }

  private void bind(String name, List<Line> lines) {
    if (statements.putIfAbsent(name, lines) != null || imported.contains(name)) {
      uncertain.add(name);
    }
  }

  private void importing(Line line) throws Unexpected {
    List<Token> tokens = line.tokens();
    if (tokens.getLast().is("*")) {
      throw new Unexpected();
    }
    boolean from = tokens.getFirst().is("from");
    boolean functools = tokens.get(1).is("functools");
    boolean renames = tokens.stream().anyMatch(token -> token.is("as"));
    tokens.stream()
        .skip(from ? 3 : 1)
        .filter(token -> token.kind() == Kind.NAME)
        .forEach(
            token -> {
              if (statements.containsKey(token.text())) {
                uncertain.add(token.text());
              }
            });
    if (functools && !renames) {
      tokens.stream()
          .skip(1)
          .filter(token -> token.is(from ? "partial" : "functools"))
          .forEach(token -> imported.add(token.text()));
    } else {
      tokens.stream()
          .filter(token -> token.is("partial") || token.is("functools"))
          .forEach(token -> uncertain.add(token.text()));
    }
  }

  /** {@code globals().update(names)}, once. */
  private void spreading(Line line) throws Unexpected {
    TokenCursor cursor = new TokenCursor(line.tokens());
    cursor.expect("globals", "(", ")", ".", "update", "(");
    String dictionary = cursor.name();
    cursor.expect(")").expectEnd();
    if (spread.isPresent()) {
      throw new Unexpected();
    }
    spread = Optional.of(dictionary);
  }

  private void assignment(String name, List<Line> lines) throws Unexpected {
    List<Token> tokens = lines.getFirst().tokens();
    boolean plain = tokens.get(1).is("=") || tokens.get(1).is(":");
    boolean reaches = tokens.stream().anyMatch(token -> token.is("globals") || token.is(":="));
    if (!plain || reaches || lines.size() != 1) {
      throw new Unexpected();
    }
    bind(name, lines);
  }

  /** The one statement that gives a name its meaning. */
  Optional<List<Line>> find(String name) throws Unexpected {
    if (uncertain.contains(name)) {
      throw new Unexpected();
    }
    Optional<List<Line>> found = Optional.ofNullable(statements.get(name));
    if (found.isPresent() && spread.isPresent() && loopBehind(name).isPresent()) {
      throw new Unexpected();
    }
    return found;
  }

  /** As {@link #find}, where it is about the names that are spread themselves. */
  private List<Token> tokens(String name) throws Unexpected {
    if (uncertain.contains(name) || !statements.containsKey(name)) {
      throw new Unexpected();
    }
    return statements.get(name).getFirst().tokens();
  }

  void expectImported(String name) throws Unexpected {
    if (!imported.contains(name) || uncertain.contains(name) || statements.containsKey(name)) {
      throw new Unexpected();
    }
  }

  /** The names that stand for one constant. */
  Map<String, Object> constants() {
    Map<String, Object> constants = new HashMap<>();
    statements.forEach(
        (name, lines) -> {
          List<Token> tokens = lines.getFirst().tokens();
          if (!uncertain.contains(name) && tokens.size() == 3 && tokens.get(1).is("=")) {
            try {
              constants.put(name, new TokenCursor(tokens.subList(2, 3)).value(Map.of()));
            } catch (Unexpected noConstant) {
              // Another name, whose value is nothing that rows are compared with.
            }
          }
        });
    return constants;
  }

  /** The constants with further names over them. */
  Map<String, Object> with(Map<String, Object> further) {
    Map<String, Object> all = constants();
    all.putAll(further);
    return all;
  }

  /**
   * What a comprehension's name stood for when it made this name.
   *
   * @return empty where it did not make it
   */
  Optional<Map<String, Object>> loopBehind(String name) throws Unexpected {
    Loop loop = loop();
    List<Map<String, Object>> found = new ArrayList<>();
    for (String each : loop.values()) {
      Map<String, Object> known = Map.of(loop.variable(), each);
      if (name.equals(new TokenCursor(loop.key()).value(known))) {
        found.add(known);
      }
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(found.getLast());
  }

  /** The tokens of the comprehension's value. */
  TokenCursor loopValue() throws Unexpected {
    return new TokenCursor(loop().value());
  }

  private record Loop(List<Token> key, List<Token> value, String variable, List<String> values) {}

  /** {@code names = {f"process_{x}": partial(function, x=x) for x in LIST}}. */
  private Loop loop() throws Unexpected {
    String dictionary = spread.orElseThrow(Unexpected::new);
    List<Token> tokens = tokens(dictionary);
    new TokenCursor(tokens).expect(dictionary, "=", "{");
    int colon = 4;
    int loop = last(tokens, "for");
    if (loop < 0 || !tokens.get(colon).is(":") || loop + 5 != tokens.size()) {
      throw new Unexpected();
    }
    TokenCursor end = new TokenCursor(tokens.subList(loop, tokens.size())).expect("for");
    String variable = end.name();
    end.expect("in");
    List<String> values = list(end.name());
    end.expect("}").expectEnd();
    return new Loop(tokens.subList(3, colon), tokens.subList(colon + 1, loop), variable, values);
  }

  private static int last(List<Token> tokens, String text) {
    int place = tokens.size() - 1;
    while (place >= 0 && !tokens.get(place).is(text)) {
      place--;
    }
    return place;
  }

  /** {@code NAME = ["a", "b"]}, or a tuple or set of texts. */
  private List<String> list(String name) throws Unexpected {
    List<Token> tokens = tokens(name);
    TokenCursor cursor = new TokenCursor(tokens).expect(name, "=");
    boolean square = cursor.take("[");
    if (!square) {
      cursor.expect("(");
    }
    List<String> values = new ArrayList<>();
    while (cursor.nextIs(Kind.STRING)) {
      values.add(cursor.string());
      cursor.take(",");
    }
    cursor.expect(square ? "]" : ")").expectEnd();
    return values;
  }
}
