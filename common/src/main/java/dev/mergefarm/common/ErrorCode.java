package dev.mergefarm.common;

/**
 * The catalogue of everything that can go wrong. A failure is one of these constants with arguments
 * in its message; programs branch on the constant and never on text.
 */
public enum ErrorCode {
  YAML_SYNTAX(
      StatusKind.INVALID_ARGUMENT, false, "The document is not valid YAML; see line and column."),
  YAML_LIMIT(
      StatusKind.INVALID_ARGUMENT,
      false,
      "The document passes a stated limit on size, depth or aliases; make it smaller."),
  UNKNOWN_KEY(
      StatusKind.INVALID_ARGUMENT, false, "Remove the key or use the nearest known spelling."),
  MISSING_KEY(StatusKind.INVALID_ARGUMENT, false, "Add the key."),
  INVALID_VALUE(
      StatusKind.INVALID_ARGUMENT,
      false,
      "Give a value of the stated type and within the stated range."),
  UNKNOWN_METHOD(
      StatusKind.INVALID_ARGUMENT,
      false,
      "`mergefarm methods` lists the merge methods that this version knows."),
  TASK_NOT_FOUND(
      StatusKind.NOT_FOUND,
      false,
      "`mergefarm task list` lists the tasks, groups and tags that the given files define."),
  UNSUPPORTED_TASK(
      StatusKind.FAILED_PRECONDITION,
      false,
      "docs/tasks.md says which parts of the task format are not supported, and why."),
  UNKNOWN_METRIC(
      StatusKind.INVALID_ARGUMENT, false, "docs/tasks.md lists the metrics and aggregations."),
  UNKNOWN_FILTER(
      StatusKind.INVALID_ARGUMENT, false, "docs/tasks.md lists the filters and samplers."),
  UNKNOWN_SPLIT(StatusKind.INVALID_ARGUMENT, false, "Name a split that the task's data set has."),
  DATA_NOT_FOUND(
      StatusKind.NOT_FOUND,
      false,
      "Data files are looked for in the working directory, then beside the task files."),
  MALFORMED_DATA(
      StatusKind.FAILED_PRECONDITION, false, "Mend the data file at the line that is named."),
  EMPTY_SPLIT(StatusKind.FAILED_PRECONDITION, false, "A split must hold at least one document."),
  TARGET_NOT_A_CHOICE(
      StatusKind.FAILED_PRECONDITION,
      false,
      "doc_to_target must give an index below the number of choices, or one of the choices."),
  MODEL_NOT_FOUND(
      StatusKind.NOT_FOUND, false, "`mergefarm model list` lists what the farm's store holds."),
  MODEL_INCOMPLETE(
      StatusKind.FAILED_PRECONDITION,
      false,
      "A file that the model needs is missing; copy the model again."),
  UNSUPPORTED_ARCHITECTURE(
      StatusKind.FAILED_PRECONDITION, false, "The documentation lists the supported families."),
  UNSUPPORTED_TOKENIZER(
      StatusKind.FAILED_PRECONDITION,
      false,
      "Vocabularies can be changed where the model has a tokenizer.json."),
  UNSUPPORTED_ADAPTER(
      StatusKind.FAILED_PRECONDITION,
      false,
      "LoRA adapters of linear and embedding layers in the PEFT layout can be merged."),
  SHAPE_MISMATCH(
      StatusKind.FAILED_PRECONDITION, false, "Merge models of one architecture and one size."),
  TENSOR_MISSING(StatusKind.FAILED_PRECONDITION, false, "The models must hold the same tensors."),
  LAYER_OUT_OF_RANGE(
      StatusKind.INVALID_ARGUMENT, false, "Layer ranges are half open, from 0 to the layer count."),
  MALFORMED_TENSOR_FILE(
      StatusKind.DATA_LOSS,
      false,
      "The file is truncated or not what its header says; fetch it again."),
  UNSUPPORTED_DTYPE(
      StatusKind.FAILED_PRECONDITION, false, "Convert the tensor to F32, F16 or BF16."),
  MALFORMED_JSON(StatusKind.FAILED_PRECONDITION, false, "The file is not the JSON it should be."),
  UNSAFE_PICKLE(
      StatusKind.FAILED_PRECONDITION,
      false,
      "The checkpoint's pickle asks for more than tensors; convert the model to safetensors."),
  UNSUPPORTED_FORMAT(
      StatusKind.FAILED_PRECONDITION, false, "Convert the model's weights to safetensors."),
  OBJECT_NOT_FOUND(StatusKind.NOT_FOUND, false, "Check the key and the bucket."),
  OBJECT_TOO_LARGE(
      StatusKind.RESOURCE_EXHAUSTED, false, "The file passes the stated limit for its kind."),
  RANGE_NOT_IN_OBJECT(
      StatusKind.DATA_LOSS,
      false,
      "The object is shorter than expected; it may have been replaced while in use."),
  STORE_DENIED(
      StatusKind.FAILED_PRECONDITION,
      false,
      "The object store refused access; check credentials and permissions."),
  STORE_FULL(StatusKind.RESOURCE_EXHAUSTED, false, "Free space in the object store."),
  STORE_UNAVAILABLE(
      StatusKind.UNAVAILABLE,
      true,
      "The object store did not answer; check endpoint and credentials."),
  HUB_UNAVAILABLE(
      StatusKind.UNAVAILABLE,
      true,
      "The model hub did not answer; check HF_ENDPOINT and the network, or set HF_HUB_OFFLINE=1 and"
          + " use stored models alone."),
  HUB_DENIED(
      StatusKind.FAILED_PRECONDITION,
      false,
      "The model hub refused access; set HF_TOKEN to a token that may read or write the model."),
  REMOTE_MODEL_UNAVAILABLE(
      StatusKind.UNAVAILABLE,
      true,
      "The server with the model did not answer; check the endpoint, or allow more retries."),
  REMOTE_MODEL_DENIED(
      StatusKind.FAILED_PRECONDITION,
      false,
      "The server with the model refused access; name the variable that holds its API key."),
  REMOTE_MODEL_NOT_FOUND(
      StatusKind.NOT_FOUND,
      false,
      "The endpoint is the address up to `/v1` or `/v1/completions`, the model is the server's name for it."),
  REMOTE_MODEL_REFUSED(
      StatusKind.FAILED_PRECONDITION,
      false,
      "The server with the model does not take such requests; it must speak the OpenAI completions protocol."),
  REMOTE_MODEL_UNSUITABLE(
      StatusKind.FAILED_PRECONDITION,
      false,
      "Scores need a server that honours `echo` together with `logprobs`, as vLLM does; tasks that generate do not."),
  BROKER_UNAVAILABLE(
      StatusKind.UNAVAILABLE, true, "Kafka did not answer; check the bootstrap servers."),
  JOB_NOT_FOUND(StatusKind.NOT_FOUND, false, "`mergefarm job list` lists the farm's jobs."),
  REQUEST_ID_REUSED(
      StatusKind.ALREADY_EXISTS,
      false,
      "Give a new request a new id; repeat an old one without any change."),
  REQUEST_LIMIT(
      StatusKind.INVALID_ARGUMENT, false, "The request passes a stated limit; make it smaller."),
  INVALID_FILTER(
      StatusKind.INVALID_ARGUMENT,
      false,
      "A filter is terms such as `state = RUNNING`, joined by AND."),
  INVALID_PAGE_TOKEN(
      StatusKind.INVALID_ARGUMENT,
      false,
      "Send the token of the page before with the same filter, or none to start again."),
  MODEL_EXISTS(StatusKind.ALREADY_EXISTS, false, "Choose another name, or delete the model first."),
  TASKS_EXIST(
      StatusKind.ALREADY_EXISTS,
      false,
      "Bundles never change; import the changed tasks under another name."),
  TOO_MANY_WATCHES(
      StatusKind.RESOURCE_EXHAUSTED,
      true,
      "Close watches that nobody reads, or raise `mergefarm.gateway.watchers`."),
  DEADLINE_EXCEEDED(
      StatusKind.DEADLINE_EXCEEDED, true, "The answer took longer than it may; try again later."),
  RESULT_TOO_LARGE(
      StatusKind.RESOURCE_EXHAUSTED,
      false,
      "The record about the job passes the broker's limit; ask for fewer tasks at once."),
  WORKER_LOST(
      StatusKind.ABORTED,
      true,
      "Workers died or froze at this job again and again; see their logs and their memory limits."),
  DATA_FOLDER_IN_USE(
      StatusKind.FAILED_PRECONDITION,
      false,
      "Stop the other farm, or start this one with another `--data` folder."),
  DATA_FOLDER_UNUSABLE(
      StatusKind.FAILED_PRECONDITION,
      false,
      "Choose a folder that can be written to with `--data`."),
  PORT_IN_USE(
      StatusKind.FAILED_PRECONDITION, false, "Choose another port with `--port`; 0 takes any."),
  TEMPLATE_SYNTAX(
      StatusKind.INVALID_ARGUMENT,
      false,
      "The template is not valid Jinja2; the message names line and column."),
  TEMPLATE_FAILED(
      StatusKind.FAILED_PRECONDITION,
      false,
      "The template does not fit this document; the message names line and column."),
  TEMPLATE_LIMIT(
      StatusKind.FAILED_PRECONDITION,
      false,
      "The template passes a stated limit on output, work or nesting."),
  FUNCTION_NOT_FOUND(
      StatusKind.INVALID_ARGUMENT,
      false,
      "A helper is named `module.function`, with `module.py` beside the file that names it."),
  FUNCTION_FAILED(
      StatusKind.FAILED_PRECONDITION,
      false,
      "The Python helper raised; the message names its file and line."),
  FUNCTION_LIMIT(
      StatusKind.FAILED_PRECONDITION,
      false,
      "The Python helper ran too long or took too much memory; see its file and line."),
  FUNCTIONS_UNAVAILABLE(
      StatusKind.FAILED_PRECONDITION,
      false,
      "Name the folder of the helper process with `-Dmergefarm.python.host=FOLDER`."),
  DEVICE_UNAVAILABLE(
      StatusKind.FAILED_PRECONDITION,
      false,
      "Merge with `--device auto` or `--device cpu`, or install the NVIDIA driver."),
  DEVICE_MEMORY(
      StatusKind.RESOURCE_EXHAUSTED, true, "Free memory on the GPU, or merge with `--device cpu`."),
  DEVICE_FAILED(
      StatusKind.INTERNAL,
      true,
      "The GPU or its driver failed; see the driver's own log, or merge with `--device cpu`."),
  CANCELLED(StatusKind.CANCELLED, false, "The job was cancelled."),
  INTERNAL(
      StatusKind.INTERNAL,
      true,
      "This is a defect of Mergefarm; please report it with the job's id.");

  private final StatusKind status;
  private final boolean retryable;
  private final String hint;

  ErrorCode(StatusKind status, boolean retryable, String hint) {
    this.status = status;
    this.retryable = retryable;
    this.hint = hint;
  }

  /** The gRPC status that a request failing with this code is answered with. */
  public StatusKind status() {
    return status;
  }

  /** Whether the same work may succeed when tried again without any change to the input. */
  public boolean retryable() {
    return retryable;
  }

  /** One sentence on what the user can do. */
  public String hint() {
    return hint;
  }
}
