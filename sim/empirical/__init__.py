"""The world as it was: published data sets, what is estimated from them, and how well forecasts do."""
