"""What tests share: kiosks to run, brokers, certificates, model bundles, faces."""
