/** Vocabularies: joining them, and finding each output token's row in each model. */
package dev.mergefarm.merge.tokenizer;
