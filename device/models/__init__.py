"""The models on the disk: installed bundles, the choice among them, archives and trusted keys."""
