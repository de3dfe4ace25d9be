/** Jinja2 templates with Python's values, for task files and chat templates. */
package dev.mergefarm.eval.template;
