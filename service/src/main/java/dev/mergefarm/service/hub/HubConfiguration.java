package dev.mergefarm.service.hub;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.util.Optional;

/** Where models and data sets come from that the farm's store does not have. */
@ConfigMapping(prefix = "mergefarm.hub")
public interface HubConfiguration {

  /** A hub that speaks the Hugging Face protocol. */
  @WithDefault("${HF_ENDPOINT:https://huggingface.co}")
  URI endpoint();

  /** Sent to that hub alone. Every tenant's jobs use it: it must show what all of them may see. */
  @WithDefault("${HF_TOKEN:}")
  Optional<String> token();

  /** Asks no hub; copies made earlier are used. */
  @WithDefault("${HF_HUB_OFFLINE:false}")
  boolean offline();
}
