/** Files with several recipes, run on a farm as a graph of jobs. */
package dev.mergefarm.cli.graph;
