/** What the services of a farm share. */
package dev.mergefarm.service;
