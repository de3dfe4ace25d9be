/** What a merged model is written as: configuration, card, recipe, shards, manifest. */
package dev.mergefarm.merge.output;
