package dev.mergefarm.eval.function.rows;

import dev.mergefarm.eval.task.FunctionReference;
import dev.mergefarm.eval.task.ProgramRunner;
import dev.mergefarm.eval.task.TaskFiles;
import dev.mergefarm.eval.task.TaskFunction;
import dev.mergefarm.eval.task.TaskFunctions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Carries out row filters that are understood from their source, and leaves everything else to
 * Python: other helpers, other uses of the same helper, and rows that only Python could compare.
 */
public final class RowFilterFunctions implements TaskFunctions {

  private final TaskFiles files;
  private final TaskFunctions python;

  /**
   * @param files where modules are read from
   * @param python for what is not understood; closed with this
   */
  public RowFilterFunctions(TaskFiles files, TaskFunctions python) {
    this.files = Objects.requireNonNull(files, "files");
    this.python = Objects.requireNonNull(python, "python");
  }

  @Override
  public TaskFunction find(FunctionReference reference) {
    return files
        .read(reference.modulePath())
        .flatMap(source -> RowFilterReader.read(source, reference.attribute()))
        .<TaskFunction>map(filter -> new Understood(filter, reference))
        .orElseGet(() -> python.find(reference));
  }

  @Override
  public void check(FunctionReference reference) {
    python.check(reference);
  }

  @Override
  public ProgramRunner programs() {
    return python.programs();
  }

  @Override
  public void close() {
    python.close();
  }

  private final class Understood implements TaskFunction {

    private final RowFilter filter;
    private final FunctionReference reference;

    Understood(RowFilter filter, FunctionReference reference) {
      this.filter = filter;
      this.reference = reference;
    }

    private TaskFunction inPython() {
      return python.find(reference);
    }

    @Override
    public List<Map<String, Object>> processDocuments(List<Map<String, Object>> rows) {
      Optional<List<Map<String, Object>>> kept =
          haveTheSameColumns(rows) ? filter.apply(rows) : Optional.empty();
      return kept.orElseGet(() -> inPython().processDocuments(rows));
    }

    /** Where they have not, Python's data set fills up the rows. */
    private static boolean haveTheSameColumns(List<Map<String, Object>> rows) {
      return rows.stream()
          .allMatch(row -> List.copyOf(row.keySet()).equals(List.copyOf(rows.getFirst().keySet())));
    }

    @Override
    public Object call(List<?> arguments, Map<String, ?> keywords) {
      return inPython().call(arguments, keywords);
    }

    @Override
    public List<Object> callEach(List<? extends List<?>> argumentLists) {
      return inPython().callEach(argumentLists);
    }

    @Override
    public List<Object> applyFilter(
        Map<String, ?> keywords, List<List<Object>> answers, List<Map<String, Object>> documents) {
      return inPython().applyFilter(keywords, answers, documents);
    }
  }
}
