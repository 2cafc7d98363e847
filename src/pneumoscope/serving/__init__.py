"""A model as a service on the network: a web page and an API, thin over `inference`."""
