package dev.mergefarm.proto;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A .proto file of ours as its comments tell it. Reads the plain style that our files keep to: one
 * declaration a line, comments on the lines before it.
 *
 * @param comment of the whole file
 */
record ProtoDocument(String comment, List<Declaration> declarations) {

  /**
   * A service, message or enum.
   *
   * @param kind {@code service}, {@code message} or {@code enum}
   */
  record Declaration(String kind, String name, String comment, List<Member> members) {}

  /**
   * A method, field or constant.
   *
   * @param type a field's type, a method's request and response, a constant's number
   */
  record Member(String name, String type, String comment) {}

  private static final Pattern OPEN = Pattern.compile("(service|message|enum) (\\w+) \\{(})?");
  private static final Pattern FIELD =
      Pattern.compile("((?:optional |repeated )?[\\w.]+(?:<[^>]+>)?) (\\w+) = \\d+;");
  private static final Pattern CONSTANT = Pattern.compile("(\\w+) = (\\d+);");
  private static final Pattern METHOD =
      Pattern.compile("rpc (\\w+)\\(([^)]+)\\) returns \\(([^)]+)\\);");

  static ProtoDocument parse(List<String> lines) {
    Parser parser = new Parser();
    lines.stream().map(String::strip).forEach(parser::accept);
    return new ProtoDocument(parser.fileComment, parser.declarations);
  }

  private static final class Parser {
    private final List<Declaration> declarations = new ArrayList<>();
    private final List<String> pending = new ArrayList<>();
    private String fileComment = "";
    private Declaration open;

    void accept(String line) {
      if (line.startsWith("//")) {
        pending.add(line.substring(2).strip());
        return;
      }
      Matcher opening = OPEN.matcher(line);
      if (line.startsWith("syntax")) {
        fileComment = takeComment();
      } else if (opening.matches()) {
        open =
            new Declaration(opening.group(1), opening.group(2), takeComment(), new ArrayList<>());
        declarations.add(open);
      } else if (open != null) {
        member(line);
      }
    }

    private void member(String line) {
      Matcher field = FIELD.matcher(line);
      Matcher method = METHOD.matcher(line);
      Matcher constant = CONSTANT.matcher(line);
      if (method.matches()) {
        String type = method.group(2) + " → " + method.group(3);
        open.members().add(new Member(method.group(1), type, takeComment()));
      } else if (field.matches()) {
        open.members().add(new Member(field.group(2), field.group(1), takeComment()));
      } else if (constant.matches()) {
        open.members().add(new Member(constant.group(1), constant.group(2), takeComment()));
      } else if (!line.isEmpty() && !line.equals("}")) {
        pending.clear();
      }
    }

    private String takeComment() {
      String comment = String.join(" ", pending).strip();
      pending.clear();
      return comment;
    }
  }

  /** As Markdown, declarations in file order. */
  String markdown() {
    StringBuilder text = new StringBuilder();
    String[] title = fileTitle();
    text.append("## ").append(title[0]).append("\n\n");
    if (!title[1].isEmpty()) {
      text.append(title[1]).append("\n\n");
    }
    for (Declaration declaration : declarations) {
      text.append("### ").append(declaration.kind()).append(" `").append(declaration.name());
      text.append("`\n\n");
      if (!declaration.comment().isEmpty()) {
        text.append(declaration.comment()).append("\n\n");
      }
      if (!declaration.members().isEmpty()) {
        table(text, declaration);
      }
    }
    return text.toString();
  }

  private String[] fileTitle() {
    int colon = comment.indexOf(':');
    String name = comment.substring(0, colon);
    String rest = comment.substring(colon + 1).strip();
    return new String[] {
      name, rest.isEmpty() ? "" : rest.substring(0, 1).toUpperCase(Locale.ROOT) + rest.substring(1)
    };
  }

  private static void table(StringBuilder text, Declaration declaration) {
    String heading =
        switch (declaration.kind()) {
          case "service" -> "| method | request → response | |";
          case "enum" -> "| constant | number | |";
          default -> "| field | type | |";
        };
    text.append(heading).append("\n|---|---|---|\n");
    for (Member member : declaration.members()) {
      text.append(
          "| `%s` | %s | %s |\n"
              .formatted(member.name(), member.type().replace("<", "&lt;"), member.comment()));
    }
    text.append('\n');
  }
}
