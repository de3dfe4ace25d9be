/**
 * The gates of mixtures of experts: what is asked of a model about prompts, and what comes of it.
 */
package dev.mergefarm.merge.mixture;
