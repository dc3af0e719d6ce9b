"""The strategic plan: goal cards, performance of indicators, official tables, published figures."""
