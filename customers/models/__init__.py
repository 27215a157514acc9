from customers.models.facts import FactsChange, FactsVersion
from customers.models.imports import DataImport
from customers.models.jobs import Job, JobCancelled, JobLost
from customers.models.records import Branch, City, Customer, Merchant, Transaction

__all__ = [
    "Branch",
    "City",
    "Customer",
    "DataImport",
    "FactsChange",
    "FactsVersion",
    "Job",
    "JobCancelled",
    "JobLost",
    "Merchant",
    "Transaction",
]
