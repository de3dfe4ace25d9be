package dev.mergefarm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The page on the command line is made from the commands themselves. */
class CommandLinePageTest {

  private static final Path PAGE =
      Path.of(System.getProperty("mergefarm.root")).resolve("docs/command-line.md");

  @Test
  void thePageIsCurrent() throws IOException {
    String text = page();
    if (Boolean.getBoolean("mergefarm.update")) {
      Files.writeString(PAGE, text);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(text);
  }

  @Test
  void everyOptionAndCommandSaysWhatItIs() {
    List<String> bare = new ArrayList<>();
    walk(
        Main.commandLine(),
        (name, command) -> {
          if (command.getCommandSpec().usageMessage().description().length == 0) {
            bare.add(name);
          }
          command.getCommandSpec().options().stream()
              .filter(option -> option.description().length == 0)
              .forEach(option -> bare.add(name + " " + option.longestName()));
        });
    assertThat(bare).isEmpty();
  }

  private static String page() {
    StringBuilder text = new StringBuilder();
    text.append("# Command line\n\nMade from the commands' own help; to make it again:\n");
    text.append("`./mergefarm test -pl cli -am -Dmergefarm.update=true`.\n\n## Exit codes\n\n");
    for (ExitCode code : ExitCode.values()) {
      text.append("- `%d` %s%n".formatted(code.number(), code.meaning()));
    }
    text.append("\nShell completion: `source <(./mergefarm generate-completion)` (bash, zsh).\n");
    walk(
        Main.commandLine(),
        (name, command) -> {
          String usage = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
          text.append("\n## ").append(name).append("\n\n```\n");
          text.append(usage.replaceAll("(?m)[ \\t]+$", "")).append("```\n");
        });
    return text.toString();
  }

  private interface Visitor {
    void visit(String name, CommandLine command);
  }

  private static void walk(CommandLine command, Visitor visitor) {
    if (command.getCommandSpec().usageMessage().hidden()) {
      return;
    }
    visitor.visit(command.getCommandSpec().qualifiedName(), command);
    command
        .getSubcommands()
        .forEach(
            (name, sub) -> {
              if (!name.equals("help")) {
                walk(sub, visitor);
              }
            });
  }
}
