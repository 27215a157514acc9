"""Invented customers and coupon records, for trying the product without real data.

The numbers are drawn, never copied from anybody: six kinds of customers behave differently on
purpose, so that a good segmentation can find them again (`truth.csv` says who is which).
"""

from customers.demo.dataset import DemoDataRefused, DemoSummary, write_demo_data

__all__ = ["DemoDataRefused", "DemoSummary", "write_demo_data"]
