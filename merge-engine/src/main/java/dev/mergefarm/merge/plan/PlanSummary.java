package dev.mergefarm.merge.plan;

/**
 * A plan in figures, for people and for the API.
 *
 * @param method the merge method's name
 * @param architecture class name of the result, such as {@code LlamaForCausalLM}
 * @param tensors number of tensors written
 * @param bytesIn bytes of tensors read from all models
 * @param bytesOut bytes of tensors written
 * @param shards number of files the tensors are written to
 * @param peakMemoryBytes most resident memory the merge takes beyond the program itself
 * @param digest SHA-256, in hexadecimal, over all that decides the output
 */
public record PlanSummary(
    String method,
    String architecture,
    long tensors,
    long bytesIn,
    long bytesOut,
    int shards,
    long peakMemoryBytes,
    String digest) {}
