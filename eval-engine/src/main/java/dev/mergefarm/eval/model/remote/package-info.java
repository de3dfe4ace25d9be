/**
 * Models behind another server that speaks the OpenAI completions protocol, as
 * lm-evaluation-harness's {@code local-completions}.
 */
package dev.mergefarm.eval.model.remote;
