"""The API as OpenAPI describes it."""
