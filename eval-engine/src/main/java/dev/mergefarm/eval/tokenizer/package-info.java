/** Text to tokens and back, with the rules by which evaluation splits context and continuation. */
package dev.mergefarm.eval.tokenizer;
