package dev.mergefarm.proto;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The API's comments are its documentation: all there, and the page made from them is current. */
class ApiReferenceTest {

  private static final List<String> PUBLIC_FILES =
      List.of("jobs.proto", "recipes.proto", "models.proto", "tasks.proto");
  private static final Path ROOT = Path.of(System.getProperty("mergefarm.root"));
  private static final Path PAGE = ROOT.resolve("docs/api-reference.md");

  @Test
  void everyDeclarationAndMemberHasAComment() throws IOException {
    List<String> bare = new ArrayList<>();
    for (String file : PUBLIC_FILES) {
      for (ProtoDocument.Declaration declaration : document(file).declarations()) {
        boolean plainRequest = declaration.name().matches(".*(Request|Response|Header)");
        if (declaration.comment().isEmpty() && !plainRequest) {
          bare.add(file + ": " + declaration.name());
        }
        declaration.members().stream()
            .filter(member -> member.comment().isEmpty())
            .filter(member -> !member.name().endsWith("_UNSPECIFIED"))
            .forEach(member -> bare.add(file + ": " + declaration.name() + "." + member.name()));
      }
    }
    assertThat(bare).isEmpty();
  }

  @Test
  void theReferencePageIsCurrent() throws IOException {
    StringBuilder page = new StringBuilder();
    page.append("# API reference\n\n");
    page.append("Package `mergefarm.v1`. Made from the comments in `proto/`; to make it again:\n");
    page.append("`./mergefarm test -pl proto -Dmergefarm.update=true`.\n\n");
    for (String file : PUBLIC_FILES) {
      page.append(document(file).markdown());
    }
    String text = page.toString().stripTrailing() + "\n";
    if (Boolean.getBoolean("mergefarm.update")) {
      Files.writeString(PAGE, text);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(text);
  }

  private static ProtoDocument document(String file) throws IOException {
    Path path = ROOT.resolve("proto/src/main/proto/mergefarm/v1").resolve(file);
    return ProtoDocument.parse(Files.readAllLines(path));
  }
}
