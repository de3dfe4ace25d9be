package dev.mergefarm.cli.graph;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.recipe.Compatibility;
import dev.mergefarm.merge.recipe.Recipe;
import dev.mergefarm.merge.recipe.RecipeGraph;
import dev.mergefarm.merge.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;

/**
 * A recipe file taken apart into the jobs of a graph. The texts stay as the user wrote them, but
 * for the names of results, which become names of the farm's store; so each model that is made
 * holds a recipe that can be run again by itself.
 */
public final class RecipeStream {

  /** One document: its text and what was read of it. */
  private record Document(String text, Recipe recipe) {}

  private final List<Document> documents;

  private RecipeStream(List<Document> documents) {
    this.documents = documents;
  }

  /**
   * Reads a file.
   *
   * @throws MergefarmException with every problem of form, and for names that do not make a graph
   */
  public static RecipeStream read(String yaml, Compatibility compatibility) {
    Problems problems = new Problems();
    List<Recipe> recipes =
        RecipeReader.read(yaml, compatibility, (method, path, found) -> {}, problems);
    RecipeGraph.order(recipes, problems);
    problems.throwIfErrors();
    List<String> texts = split(yaml);
    if (texts.size() != recipes.size()) {
      throw new MergefarmException(
          ErrorCode.YAML_SYNTAX,
          "The file has %d documents but %d recipes; remove the empty ones."
              .formatted(texts.size(), recipes.size()));
    }
    List<Document> documents = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      documents.add(new Document(texts.get(i), recipes.get(i)));
    }
    return new RecipeStream(List.copyOf(documents));
  }

  /** Whether there is more than one recipe. */
  public boolean isGraph() {
    return documents.size() > 1;
  }

  /**
   * The jobs, each after those it needs. The result of the whole is that of the recipe without a
   * name, else of the last one.
   *
   * @param result where the result of the whole goes; the others go to {@code RESULT.parts/NAME}
   */
  public List<GraphStep> steps(String result) {
    List<Recipe> recipes = documents.stream().map(Document::recipe).toList();
    List<Recipe> ordered = RecipeGraph.order(recipes, new Problems());
    Recipe last =
        recipes.stream()
            .filter(recipe -> recipe.name().isEmpty())
            .findFirst()
            .orElse(ordered.getLast());
    Map<String, String> outputs = new LinkedHashMap<>();
    for (Recipe recipe : recipes) {
      recipe
          .name()
          .ifPresent(
              name ->
                  outputs.put(
                      name, recipe == last ? result : unused(result, name, outputs.values())));
    }
    List<GraphStep> steps = new ArrayList<>();
    for (Recipe recipe : ordered) {
      String text = documents.get(recipes.indexOf(recipe)).text();
      steps.add(
          new GraphStep(
              recipe.name().orElseGet(() -> nameless(outputs)),
              ResultNames.replace(text, outputs),
              recipe.name().map(outputs::get).orElse(result),
              RecipeGraph.dependencies(recipe, recipes)));
    }
    return List.copyOf(steps);
  }

  /** What to call the recipe without a name, so that nobody takes it for another. */
  private static String nameless(Map<String, String> names) {
    String name = "(result)";
    while (names.containsKey(name)) {
      name = "(" + name + ")";
    }
    return name;
  }

  /** A name of the store for a name that may hold any character. */
  private static String unused(String result, String name, Iterable<String> taken) {
    String plain = name.replaceAll("[^A-Za-z0-9._-]", "-").replaceFirst("^[^A-Za-z0-9]+", "");
    String wanted = result + ".parts/" + (plain.isEmpty() ? "recipe" : plain);
    List<String> used = new ArrayList<>();
    taken.forEach(used::add);
    String free = wanted;
    for (int number = 2; used.contains(free); number++) {
      free = wanted + "-" + number;
    }
    return free;
  }

  /** The texts of the documents that hold something. */
  private static List<String> split(String yaml) {
    List<Integer> starts = new ArrayList<>();
    for (Event event : new Yaml(new LoaderOptions()).parse(new java.io.StringReader(yaml))) {
      if (event instanceof DocumentStartEvent start) {
        // What comes before the first document, such as a comment, stays with it.
        starts.add(starts.isEmpty() ? 0 : offset(yaml, start.getStartMark()));
      }
    }
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < starts.size(); i++) {
      int end = i + 1 < starts.size() ? starts.get(i + 1) : yaml.length();
      String text = yaml.substring(starts.get(i), end);
      if (holdsSomething(text)) {
        texts.add(text);
      }
    }
    return List.copyOf(texts);
  }

  private static boolean holdsSomething(String text) {
    return Optional.ofNullable(
            new Yaml(new LoaderOptions()).compose(new java.io.StringReader(text)))
        .filter(node -> !node.getTag().equals(org.yaml.snakeyaml.nodes.Tag.NULL))
        .isPresent();
  }

  /** Marks count code points. */
  static int offset(String text, Mark mark) {
    return text.offsetByCodePoints(0, mark.getIndex());
  }
}
