package dev.mergefarm.messages;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.data.DataFiles;
import dev.mergefarm.eval.data.StoreDataFiles;
import dev.mergefarm.eval.task.MemoryTaskFiles;
import dev.mergefarm.eval.task.StoreTaskFiles;
import dev.mergefarm.eval.task.TaskFiles;
import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.storage.ObjectKeys;
import dev.mergefarm.storage.ObjectStore;
import java.util.ArrayList;
import java.util.List;

/**
 * The task files and data of a request: those of its bundles in the store, then the files that came
 * with it. Data is looked for in each bundle in turn, then under {@code data/} in the store.
 *
 * @param files where definitions, includes and helpers are read from
 * @param data where data sets are read from
 */
public record RequestedTasks(TaskFiles files, DataFiles data) {

  /** The part of the store that task bundles live in. */
  public static final String BUNDLES = "tasks/";

  /** A bundle's folder with this file is still being written, and is not there for anyone else. */
  public static final String DRAFT = ".mergefarm/draft.json";

  private static final String DATA = "data/";

  /**
   * @throws MergefarmException with {@code TASK_NOT_FOUND} for a bundle that is not there
   */
  public static RequestedTasks of(EvaluationRequest request, ObjectStore store) {
    List<String> folders =
        request.getTaskBundlesList().stream().map(name -> folder(name, store)).toList();
    List<DataFiles> data = new ArrayList<>();
    folders.forEach(folder -> data.add(new StoreDataFiles(store, folder)));
    data.add(new StoreDataFiles(store, DATA));
    return new RequestedTasks(
        TaskFiles.all(
            List.of(
                new StoreTaskFiles(store, folders),
                new MemoryTaskFiles(request.getTaskFilesMap()))),
        DataFiles.firstOf(data));
  }

  /** The same with another place for data that is found nowhere else. */
  public RequestedTasks or(DataFiles last) {
    return new RequestedTasks(files, DataFiles.firstOf(List.of(data, last)));
  }

  private static String folder(String bundle, ObjectStore store) {
    String folder = bundle + "/";
    if (!bundle.startsWith(BUNDLES)
        || ObjectKeys.fault(bundle).isPresent()
        || store.find(folder + DRAFT).isPresent()
        || store.list(folder).isEmpty()) {
      throw new MergefarmException(
          ErrorCode.TASK_NOT_FOUND, "There is no task bundle '" + bundle + "' in the store.");
    }
    return folder;
  }
}
