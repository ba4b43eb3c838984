"""Limits that pydantic does not word by itself."""

from __future__ import annotations

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from slimdeploy.records import frozen

OUT_OF_BOUNDS = "out_of_bounds"


@frozen
class Between:
    """An integer's bounds. Whatever is wrong with the value, the message names both."""

    low: int
    high: int

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.custom_error_schema(
            core_schema.int_schema(strict=True, ge=self.low, le=self.high),
            custom_error_type=OUT_OF_BOUNDS,
            custom_error_message="expected an integer from {low} to {high}",
            custom_error_context={"low": self.low, "high": self.high},
        )
